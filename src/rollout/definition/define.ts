import type { RolloutInput } from "./schema.ts";

/**
 * A rollout as plain data: environments in the order that a release takes.
 *
 * @example
 * export const rollout = defineRollout({ stages: [
 *   { name: "dev", stack: dev },
 *   { name: "staging", stack: staging, gates: [{ kind: "noDrift" }, { kind: "soak", duration: "10m" }] },
 *   { name: "prod", stack: prod, concurrency: 4, onFailure: "rollback" },
 * ] });
 */
export function defineRollout(rollout: RolloutInput): RolloutInput {
  return rollout;
}
