import type { DrillResult, FaultKind, ProbeSample, TimelineEvent } from "./drill.ts";
import { countLost, failureCauses, longestGap } from "./timeline.ts";

/** Everything that a drill observed, before anything is concluded from it. */
export interface Observed {
  readonly fault: FaultKind;
  readonly pair: string;
  readonly vip: string;
  readonly maxOutageMs: number;
  readonly masterBefore: string;
  /** Who was master when the probes were answered again; undefined when nobody was in time. */
  readonly masterAfter: string | undefined;
  /** Whether the former master is wished to take over again when it is back. */
  readonly preempts: boolean;
  /** Who was master at the end. */
  readonly masterAtEnd: string | undefined;
  readonly faultAt: number;
  /** When another node was master and the probes were answered again, or the wait was given up. */
  readonly movedAt: number;
  readonly endAt: number;
  readonly samples: readonly ProbeSample[];
  readonly timeline: readonly TimelineEvent[];
}

/** The figures and the verdict. */
export function judge(observed: Observed): DrillResult {
  const { fault, pair, vip, maxOutageMs, masterBefore, faultAt, movedAt, endAt, samples, timeline } =
    observed;
  const outage = longestGap(samples, faultAt, movedAt);
  const back = longestGap(samples, movedAt, endAt);
  const happened = observed.masterAtEnd === masterBefore && observed.masterAfter !== masterBefore;
  const failures = [...moveFailures(observed, outage.ms), ...failbackFailures(observed, happened, back.ms)];
  return {
    fault,
    pair,
    vip,
    masterBefore,
    masterAfter: observed.masterAfter ?? "none",
    outageMs: outage.ms,
    ...countLost(samples, faultAt, endAt),
    maxOutageMs,
    passed: failures.length === 0,
    failures,
    timeline,
    samples,
    failback: { happened, outageMs: back.ms },
  };
}

function moveFailures(observed: Observed, outageMs: number): string[] {
  const { vip, masterBefore, masterAfter, maxOutageMs, samples } = observed;
  const failures: string[] = [];
  if (masterAfter === undefined)
    failures.push(`no other node became master of ${vip} after the fault on ${masterBefore}`);
  if (outageMs > maxOutageMs) {
    const causes = failureCauses(samples).slice(0, 3);
    const told = causes.map(([cause, count]) => `${count}× ${cause}`).join(", ");
    failures.push(
      `${vip} was not answered for ${outageMs.toFixed(0)} ms, ${maxOutageMs} ms are allowed${told === "" ? "" : ` (${told})`}`,
    );
  }
  return failures;
}

function failbackFailures(observed: Observed, happened: boolean, outageMs: number): string[] {
  const { vip, masterBefore, preempts, masterAfter, maxOutageMs } = observed;
  const failures: string[] = [];
  if (preempts && masterAfter !== undefined && !happened) {
    failures.push(`${masterBefore} did not become master of ${vip} again, although it preempts`);
  }
  if (outageMs > maxOutageMs) {
    failures.push(`${vip} was not answered for ${outageMs.toFixed(0)} ms when ${masterBefore} came back`);
  }
  return failures;
}
