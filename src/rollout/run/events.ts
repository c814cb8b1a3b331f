import type { Problem } from "../../diagnostics/index.ts";
import type { PairEvent } from "./driver.ts";

/** What a run tells as it goes; printers fold these, `--json` prints them as they are. */
export type RolloutEvent =
  | {
      readonly kind: "run";
      readonly run: string;
      readonly rollout: string;
      readonly owner: string;
      readonly resumed: boolean;
    }
  | {
      readonly kind: "stage";
      readonly stage: string;
      readonly release: string;
      readonly state: StageState;
      readonly text: string;
    }
  | {
      readonly kind: "wave";
      readonly stage: string;
      readonly wave: number;
      readonly pairs: readonly string[];
      readonly back: boolean;
    }
  | ({ readonly kind: "pair"; readonly stage: string } & Omit<PairEvent, "kind">)
  | {
      readonly kind: "gate";
      readonly stage: string;
      readonly index: number;
      readonly gate: string;
      readonly state: GateState;
      readonly text: string;
    }
  | { readonly kind: "problem"; readonly stage: string; readonly problem: Problem }
  | { readonly kind: "end"; readonly outcome: Outcome; readonly text: string };

export type StageState =
  | "skipped"
  | "rolling"
  | "verified"
  | "failed"
  | "rollingBack"
  | "rolledBack"
  | "refused";
export type GateState = "running" | "note" | "passed" | "failed" | "waiting";

/** How a run ended. */
export type Outcome = "verified" | "failed" | "rolledBack" | "waiting" | "refused" | "interrupted";

export type Timed<T> = T & { /** ISO 8601. */ readonly at: string };
