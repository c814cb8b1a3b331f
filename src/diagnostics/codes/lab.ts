import type { ErrorTable } from "./entry.ts";

/** Codes of lab/; the format is told in entry.ts. */
export const labCodes = {} as const satisfies ErrorTable;
