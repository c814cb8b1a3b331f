import fc from "fast-check";
import type { ParsedStage } from "../../src/rollout/definition/parse.ts";
import { waves } from "../../src/rollout/plan/waves.ts";
import { releaseOf, type WantedRollout, type WantedStage } from "../../src/rollout/release/wanted.ts";

export interface Shape {
  readonly pairs: number;
  readonly concurrency: number;
  readonly gates: number;
  readonly onFailure: "stop" | "rollback";
}

export const shapes = fc.array(
  fc.record({
    pairs: fc.integer({ min: 1, max: 5 }),
    concurrency: fc.integer({ min: 1, max: 3 }),
    gates: fc.integer({ min: 0, max: 2 }),
    onFailure: fc.constantFrom("stop", "rollback"),
  }),
  { minLength: 1, maxLength: 3 },
);

const names = ["dev", "staging", "prod"];
const kinds = [{ kind: "noDrift" }, { kind: "approval" }] as const;

/** A rollout whose pairs all have one content: `version` is what changes from release to release. */
export function rolloutOf(stages: readonly Shape[], version: string): WantedRollout {
  return {
    name: "edge",
    varies: [],
    binary: { sha256: "0".repeat(64), version: "0.1.0" },
    stages: stages.map((shape, index) => stageOf(names[index] ?? "more", shape, version)),
  };
}

function stageOf(name: string, shape: Shape, version: string): WantedStage {
  const pairs = Array.from({ length: shape.pairs }, (_, i) => ({
    name: `web-${i + 1}`,
    content: version,
    nodes: { "lb-a": `${version}-${name}-${i}-a`, "lb-b": `${version}-${name}-${i}-b` },
  }));
  return {
    name,
    release: releaseOf([version]),
    pairs,
    waves: waves(
      undefined,
      pairs.map((pair) => pair.name),
    ),
    concurrency: shape.concurrency,
    gates: kinds.slice(0, shape.gates),
    onFailure: shape.onFailure,
    // The state machine never looks at where the wishes came from.
    source: {} as ParsedStage,
  };
}
