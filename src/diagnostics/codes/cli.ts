import type { ErrorTable } from "./entry.ts";

/** Codes of src/cli; the format is told in entry.ts. */
export const cliCodes = {} as const satisfies ErrorTable;
