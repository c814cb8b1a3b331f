import type { ErrorTable } from "./entry.ts";

/** Codes of src/render; the format is told in entry.ts. */
export const renderCodes = {} as const satisfies ErrorTable;
