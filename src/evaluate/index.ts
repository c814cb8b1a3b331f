/**
 * Evaluate: the operator's TypeScript files, run.
 * In: a file, or the name of a stack.
 * Out: what it exports, unparsed; the files of a folder that hold stacks.
 * Imports diagnostics only.
 */
export { loadExport, loadStack } from "./definition.ts";
export { stackFiles } from "./find.ts";
