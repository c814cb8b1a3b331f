/**
 * Import: configuration that runs already, as a definition.
 * In: both languages as `tandemd parse` reads them, and what is known of the hosts.
 * Out: the text of a stack file with the comments of the files, the same as data, and what it does not say.
 * Pure: no disk, network, clock or environment; imports src/stack and src/diagnostics only.
 */

export type { ImportHost } from "./hosts.ts";
export { type Imported, type ImportRequest, importStack } from "./import.ts";
export { type Syntax, syntaxSchema } from "./syntax.ts";
