/**
 * The package's public surface: what a stack file imports.
 * In: a definition. Out: plain data that the CLI and the Pulumi program take.
 * Loads no Pulumi; `tandem-lb/pulumi` has `deploy`.
 */
export { ExitCode, type Problem, TandemError, type Where } from "./diagnostics/index.ts";
export { defineRollout } from "./rollout/definition/define.ts";
export type { RolloutInput } from "./rollout/definition/schema.ts";
export {
  checkStack,
  type Duration,
  definePair,
  defineStack,
  type PairInput,
  type ParsedStack,
  parseStack,
  type ResolvedPair,
  type ResolvedStack,
  type SecretRef,
  type StackInput,
} from "./stack/index.ts";
