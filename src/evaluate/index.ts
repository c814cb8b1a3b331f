/**
 * Evaluate: the operator's TypeScript files, run.
 * In: a file, or the name of a stack.
 * Out: what it exports, unparsed.
 * Imports diagnostics only.
 */
export { loadExport, loadStack } from "./definition.ts";
