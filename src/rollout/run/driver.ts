import type { Problem } from "../../diagnostics/index.ts";
import type { Gate } from "../definition/schema.ts";
import type { WantedStage } from "../release/wanted.ts";
import type { Edit } from "./edits.ts";
import type { Attempt } from "./record.ts";
import type { StageWorld } from "./world.ts";

/** What happens to one pair while it is changed. */
export interface PairEvent {
  readonly pair: string;
  /** Node or other part of the pair. */
  readonly part: string;
  readonly state: "running" | "done" | "failed" | "note";
  readonly text: string;
}

/** What a change of pairs came to; `problems` are empty when all went well. */
export interface Shipment {
  readonly world: StageWorld;
  readonly problems: readonly Problem[];
}

export interface GateVerdict {
  readonly outcome: "passed" | "failed" | "waiting";
  readonly detail: string;
}

export interface GateContext {
  readonly index: number;
  readonly gate: Gate;
  readonly attempt: Attempt;
  /** Pairs of the first wave. */
  readonly canaries: readonly string[];
  readonly release: string;
  /** The last verified release is proved again, after the way back. */
  readonly back: boolean;
  /** Somebody's word for this stage, where one was given. */
  readonly approval?: string;
  readonly note: (text: string) => void;
  /** Remembers a change of the record on the way. */
  readonly keep: (edit: Edit) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * The world as a rollout touches it: Pulumi's stacks, hosts, programs and people. The real one is
 * built on the Automation API; a twin in memory runs the same state machine in tests.
 */
export interface Driver {
  /** ISO 8601. */
  now(): string;
  observe(stage: WantedStage): Promise<StageWorld>;
  /** Reads the record, changes and writes it, while nobody else can. */
  update(stage: WantedStage, edit: Edit): Promise<StageWorld>;
  /** Brings pairs to the stage's release, backup first in each; others are not touched. */
  ship(stage: WantedStage, pairs: readonly string[], options: ShipOptions): Promise<Shipment>;
  /** Brings pairs back to the last verified release. */
  restore(stage: WantedStage, pairs: readonly string[], options: ShipOptions): Promise<Shipment>;
  /** Hosts of these pairs that gave their addresses away for a change that failed get them back. */
  settle(stage: WantedStage, pairs: readonly string[]): Promise<readonly string[]>;
  gate(stage: WantedStage, context: GateContext): Promise<GateVerdict>;
}

export interface ShipOptions {
  /** Applied to the record with the change: throws when the run does not hold the stage any more. */
  readonly edit: Edit;
  readonly onEvent: (event: PairEvent) => void;
  readonly signal: AbortSignal;
}
