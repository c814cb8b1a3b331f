/**
 * Diagnostics: every error that a user can see.
 * In: problems found anywhere in the pipeline.
 * Out: one error class, exit codes, plain-text formatting.
 * Imports nothing of the project; everything may import it.
 */
export { TandemError, type TandemErrorOptions } from "./error.ts";
export { ExitCode } from "./exit-code.ts";
export { formatPath, formatProblem, formatProblems, formatWhere } from "./format.ts";
export type { Problem, Where } from "./problem.ts";
