import type { ErrorTable } from "./entry.ts";

/** Codes that belong to no stage; the format is told in entry.ts. */
export const generalCodes = {
  INTERNAL: [
    "tandem itself went wrong: the error carries no problem of its own",
    "internal error: unexpected value",
    "run again with --verbose and report the output together with the stack",
  ],
} as const satisfies ErrorTable;
