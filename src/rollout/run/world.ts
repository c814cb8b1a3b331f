import type { WantedStage } from "../release/wanted.ts";
import type { StageRecord } from "./record.ts";

/** A pair as the state of its Pulumi stack knows it. */
export interface DeployedPair {
  /** Release id by node. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Whether every part of it ended well for these releases: nodes, hearing, drills. */
  readonly well: boolean;
}

/** What is known of a stage: the record in its outputs, and what was deployed. */
export interface StageWorld {
  readonly record: StageRecord;
  readonly deployed: Readonly<Record<string, DeployedPair>>;
}

/** By name of the stage. */
export type World = Readonly<Record<string, StageWorld>>;

/** Whether a pair is deployed with exactly these releases, and well. */
export function isAt(deployed: DeployedPair | undefined, nodes: Readonly<Record<string, string>>): boolean {
  return deployed?.well === true && sameReleases(deployed.nodes, nodes);
}

export function sameReleases(
  a: Readonly<Record<string, string>>,
  b: Readonly<Record<string, string>>,
): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Names of the pairs that are not at the stage's release, wave by wave. */
export function pendingWaves(stage: WantedStage, world: StageWorld): string[][] {
  const wanted = new Map(stage.pairs.map((pair) => [pair.name, pair.nodes]));
  return stage.waves.map((wave) =>
    wave.filter((name) => !isAt(world.deployed[name], wanted.get(name) ?? {})),
  );
}

/** Whether the stage runs its release, and has proved it. */
export function isVerified(stage: WantedStage, world: StageWorld): boolean {
  const { verified } = world.record;
  return (
    verified?.release === stage.release &&
    pendingWaves(stage, world).every((wave) => wave.length === 0) &&
    stage.pairs.every(({ name, nodes }) => sameReleases(verified.pairs[name]?.nodes ?? {}, nodes))
  );
}
