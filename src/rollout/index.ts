/**
 * Rollout: environments in order, waves of pairs inside one, gates between them.
 * In: a definition (`defineRollout`), and the stages' Pulumi stacks with their outputs.
 * Out: a plan, events, and every stage at a release that the stage before has verified.
 * definition, release, plan and run are pure or work on a Driver; pulumi and gate touch the world.
 * Imports everything but the command line.
 */

export { type ParsedRollout, type ParsedStage, parseRollout } from "./definition/parse.ts";
export type { Gate, RolloutInput } from "./definition/schema.ts";
export { planRollout, type StagePlan } from "./plan/plan.ts";
export { PulumiDriver, type PulumiDriverOptions } from "./pulumi/driver.ts";
export { alive } from "./pulumi/stacks.ts";
export { type WantedRollout, type WantedStage, wantedRollout } from "./release/wanted.ts";
export type { Driver, GateContext, GateVerdict, PairEvent, Shipment, ShipOptions } from "./run/driver.ts";
export { abort, age, type Edit } from "./run/edits.ts";
export type { Outcome, RolloutEvent, Timed } from "./run/events.ts";
export { type RolloutLock, type StageRecord, stageRecordSchema } from "./run/record.ts";
export { runRollout } from "./run/run.ts";
export type { RunOptions } from "./run/running.ts";
export type { DeployedPair, StageWorld, World } from "./run/world.ts";
