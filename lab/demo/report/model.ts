import type { DrillResult } from "../../../src/verify/drill.ts";

/** Everything the demo observed, as the report shows it. All figures are of this run. */
export interface DemoReport {
  readonly startedAt: string;
  readonly machine: {
    readonly kernel: string;
    readonly cpus: number;
    readonly node: string;
    readonly pulumi: string;
  };
  readonly tandemd: { readonly version: string; readonly sha256: string; readonly bytes: number };
  readonly topologySvg: string;
  readonly steps: readonly DemoStep[];
  readonly drills: readonly DrillResult[];
}

/** One step on the terminal: what it did and what it saw. */
export interface DemoStep {
  readonly title: string;
  readonly seconds: number;
  /** Sentences with what was observed. */
  readonly observed: readonly string[];
  /** Text shown as it was printed, e.g. a preview's diff. */
  readonly excerpts: readonly { readonly title: string; readonly text: string }[];
}
