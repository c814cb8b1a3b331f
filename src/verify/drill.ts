/** A fault that a drill injects on the master. */
export type FaultKind = "handover" | "kill" | "stop" | "linkDown";

/** One probe's outcome. Times are milliseconds since the drill began, monotonic. */
export interface ProbeSample {
  readonly sentAt: number;
  readonly doneAt: number;
  readonly ok: boolean;
  /** Who answered, as the probe can tell (a response header or body), or why it failed. */
  readonly detail: string;
}

export type TimelineEvent = { readonly at: number; readonly node: string; readonly text: string };

/** What one fault did, as the client saw it. */
export interface DrillResult {
  readonly fault: FaultKind;
  readonly pair: string;
  readonly vip: string;
  readonly masterBefore: string;
  readonly masterAfter: string;
  /** Longest time between two answered probes around the fault, milliseconds. */
  readonly outageMs: number;
  readonly requests: number;
  readonly lost: number;
  /** Longest outage wished, milliseconds. */
  readonly maxOutageMs: number;
  readonly passed: boolean;
  readonly failures: readonly string[];
  readonly timeline: readonly TimelineEvent[];
  readonly samples: readonly ProbeSample[];
  /** Whether the former master is master again after recovery, and how long that took. */
  readonly failback: { readonly happened: boolean; readonly outageMs: number };
}
