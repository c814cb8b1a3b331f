/**
 * Diagnostics: every error that a user can see.
 * In: problems found anywhere in the pipeline.
 * Out: one error class, exit codes, plain-text formatting, and the catalogue of codes (codes/entry.ts
 * tells how to add one).
 * Imports nothing of the project; everything may import it.
 */
export {
  type ErrorCode,
  type ErrorExplanation,
  errorCatalogue,
  explainCode,
  knownCode,
} from "./codes/catalogue.ts";
export { daemonCodes } from "./codes/daemon.ts";
export { errorsDocument, lintDocument } from "./codes/document.ts";
export { codesOfRules, type LintRule, lintRules, ruleOf } from "./codes/lint.ts";
export { TandemError, type TandemErrorOptions } from "./error.ts";
export { ExitCode } from "./exit-code.ts";
export { formatPath, formatProblem, formatProblems, formatWhere } from "./format.ts";
export type { Problem, Where } from "./problem.ts";
export {
  type Silence,
  silenced,
  silencedFor,
  type Telling,
  tellingOf,
  withoutEffect,
} from "./silence.ts";
export { together } from "./together.ts";
