import type { ErrorTable } from "./entry.ts";

/** Codes of src/host; the format is told in entry.ts. */
export const hostCodes = {} as const satisfies ErrorTable;
