import { type BinaryRef, canonicalJson, render, sha256 } from "../../render/index.ts";
import type { ParsedRollout, ParsedStage } from "../definition/parse.ts";
import type { Gate } from "../definition/schema.ts";
import { waves } from "../plan/waves.ts";
import { contentHash, pairContent } from "./content.ts";

/** One pair as a stage wants it. */
export interface WantedPair {
  readonly name: string;
  /** What it is wherever it stands: equal for equal pairs of two environments. */
  readonly content: string;
  /** Id of the rendered release of each node. */
  readonly nodes: Readonly<Record<string, string>>;
}

/** One environment as the rollout wants it. */
export interface WantedStage {
  readonly name: string;
  /** Hash over the contents of its pairs. */
  readonly release: string;
  readonly pairs: readonly WantedPair[];
  /** Names of pairs, in the order in which they change. */
  readonly waves: readonly (readonly string[])[];
  readonly concurrency: number;
  readonly gates: readonly Gate[];
  readonly onFailure: "stop" | "rollback";
  readonly source: ParsedStage;
}

export interface WantedRollout {
  readonly name: string;
  readonly stages: readonly WantedStage[];
  readonly varies: readonly string[];
  readonly binary: BinaryRef;
}

/** Renders every node of every stage: what shall be where, and how it is called. */
export function wantedRollout(rollout: ParsedRollout, binary: BinaryRef): WantedRollout {
  return {
    name: rollout.name,
    varies: rollout.varies,
    binary,
    stages: rollout.stages.map((stage) => wantedStage(stage, binary, rollout.varies)),
  };
}

function wantedStage(stage: ParsedStage, binary: BinaryRef, varies: readonly string[]): WantedStage {
  const pairs = stage.stack.pairs.map((pair) => ({
    name: pair.name,
    content: contentHash(pairContent(pair, binary, varies)),
    nodes: Object.fromEntries(pair.nodes.map(({ name }) => [name, render(pair, name, binary).id])),
  }));
  return {
    name: stage.name,
    release: releaseOf(pairs.map(({ content }) => content)),
    pairs,
    waves: waves(
      stage.waves,
      pairs.map(({ name }) => name),
    ),
    concurrency: stage.concurrency,
    gates: stage.gates,
    onFailure: stage.onFailure,
    source: stage,
  };
}

/** What a set of contents is called; how many pairs have each does not matter. */
export function releaseOf(contents: readonly string[]): string {
  return sha256(canonicalJson([...new Set(contents)].sort())).slice(0, 16);
}
