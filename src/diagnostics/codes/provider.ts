import type { ErrorTable } from "./entry.ts";

/** Codes of src/provider; the format is told in entry.ts. */
export const providerCodes = {} as const satisfies ErrorTable;
