import type { ErrorTable } from "./entry.ts";

/** Codes of src/verify; the format is told in entry.ts. */
export const verifyCodes = {} as const satisfies ErrorTable;
