import type { Gate } from "../definition/schema.ts";
import { unverifiedPairs } from "../plan/promotion.ts";
import { chunks } from "../plan/waves.ts";
import type { WantedRollout, WantedStage } from "../release/wanted.ts";
import { isVerified, pendingWaves, type StageWorld, sameReleases, type World } from "./world.ts";

/** The one thing to do next. */
export type Action =
  | { readonly kind: "refuse"; readonly stage: string; readonly pairs: readonly string[] }
  | { readonly kind: "begin"; readonly stage: string }
  | {
      readonly kind: "ship";
      readonly stage: string;
      readonly wave: number;
      readonly pairs: readonly string[];
    }
  | { readonly kind: "gate"; readonly stage: string; readonly index: number; readonly gate: Gate }
  | { readonly kind: "seal"; readonly stage: string }
  | { readonly kind: "rollBack"; readonly stage: string; readonly pairs: readonly string[] }
  | { readonly kind: "proveRollback"; readonly stage: string }
  | {
      readonly kind: "stopped";
      readonly stage: string;
      readonly outcome: "failed" | "rolledBack";
      readonly reason: string;
    }
  | { readonly kind: "done" };

export interface DecideOptions {
  /** The run whose attempts are its own. */
  readonly run: string;
  /** Go on although the stage before has not verified the release. */
  readonly forced: boolean;
  /** This stage alone. */
  readonly only?: string;
}

/**
 * What comes next, from nothing but what is wanted and what is: a run that was killed asks the same
 * question again and goes on where it was.
 */
export function decide(rollout: WantedRollout, world: World, options: DecideOptions): Action {
  for (const [index, stage] of rollout.stages.entries()) {
    const found = world[stage.name];
    if (found === undefined || (options.only ?? stage.name) !== stage.name) continue;
    const action = decideStage(stage, rollout.stages[index - 1], world, found, options);
    if (action !== undefined) return action;
  }
  return { kind: "done" };
}

/** Undefined: nothing is left to do in this stage. */
function decideStage(
  stage: WantedStage,
  before: WantedStage | undefined,
  world: World,
  found: StageWorld,
  options: DecideOptions,
): Action | undefined {
  const { attempt } = found.record;
  const own = attempt?.run === options.run && attempt.release === stage.release ? attempt : undefined;
  if (own?.state === "failed") return afterFailure(stage, found, own.reason ?? "it failed");
  if (own !== undefined && own.state !== "rolling")
    return stopped(stage, own.state === "rolledBack" ? "rolledBack" : "failed", own.reason ?? own.state);
  if (own === undefined && isVerified(stage, found)) return undefined;
  const unverified = unverifiedPairs(stage, before, world);
  if (unverified.length > 0 && !options.forced)
    return { kind: "refuse", stage: stage.name, pairs: unverified };
  if (own === undefined) return { kind: "begin", stage: stage.name };
  const pending = pendingWaves(stage, found);
  const wave = pending.findIndex((pairs) => pairs.length > 0);
  const [due] = chunks(pending[wave] ?? [], stage.concurrency);
  if (due !== undefined) return { kind: "ship", stage: stage.name, wave, pairs: due };
  const index = stage.gates.findIndex((_, i) => own.gates[i]?.passed !== true);
  const gate = stage.gates[index];
  if (gate !== undefined) return { kind: "gate", stage: stage.name, index, gate };
  return { kind: "seal", stage: stage.name };
}

/** A failure ends the run; where the policy says so, what was changed goes back first. */
function afterFailure(stage: WantedStage, found: StageWorld, reason: string): Action {
  const back = goBack(stage, found);
  if (back === undefined) return stopped(stage, "failed", reason);
  const [due] = chunks(back, stage.concurrency);
  if (due !== undefined) return { kind: "rollBack", stage: stage.name, pairs: due };
  return { kind: "proveRollback", stage: stage.name };
}

function stopped(stage: WantedStage, outcome: "failed" | "rolledBack", reason: string): Action {
  return { kind: "stopped", stage: stage.name, outcome, reason };
}

/** Pairs that are not at the last verified release, those changed last first; undefined: none is to go back. */
function goBack(stage: WantedStage, found: StageWorld): string[] | undefined {
  const { verified } = found.record;
  if (stage.onFailure === "stop" || verified === undefined) return undefined;
  return stage.waves
    .flat()
    .reverse()
    .filter((name) => {
      const [was, is] = [verified.pairs[name], found.deployed[name]];
      return was !== undefined && (is === undefined || !is.well || !sameReleases(is.nodes, was.nodes));
    });
}
