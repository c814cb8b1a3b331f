import type { ProbeSample } from "./drill.ts";

/** Time without an answer, milliseconds since the drill began. */
export interface Gap {
  /** When the last answer before it arrived. */
  readonly from: number;
  /** When the first answer after it arrived; Infinity when none did. */
  readonly to: number;
  readonly ms: number;
}

/**
 * The longest time between two answers of which the later one arrived in `[start, end]`. An answer
 * that never came counts until `end`, with `to` as Infinity.
 */
export function longestGap(samples: readonly ProbeSample[], start: number, end: number): Gap {
  const answers = samples
    .filter((sample) => sample.ok && sample.doneAt <= end)
    .map((sample) => sample.doneAt)
    .sort((a, b) => a - b);
  let last = answers.findLast((at) => at <= start) ?? start;
  let longest: Gap = { from: last, to: last, ms: 0 };
  for (const at of answers) {
    if (at <= start) continue;
    if (at - last > longest.ms) longest = { from: last, to: at, ms: at - last };
    last = at;
  }
  const open = end - last;
  return open > longest.ms ? { from: last, to: Number.POSITIVE_INFINITY, ms: open } : longest;
}

/** Probes sent in `[start, end]` and how many of them got no answer. */
export function countLost(samples: readonly ProbeSample[], start: number, end: number) {
  const sent = samples.filter((sample) => sample.sentAt >= start && sample.sentAt <= end);
  return { requests: sent.length, lost: sent.filter((sample) => !sample.ok).length };
}

/** How many of the latest finished probes were answered without a failure between them. */
export function streak(samples: readonly ProbeSample[], since: number): number {
  const later = samples.filter((sample) => sample.sentAt >= since).sort((a, b) => a.doneAt - b.doneAt);
  const failed = later.findLastIndex((sample) => !sample.ok);
  return later.length - failed - 1;
}

/** What the probes saw, as failures by their cause, most frequent first. */
export function failureCauses(
  samples: readonly ProbeSample[],
): readonly (readonly [cause: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const sample of samples) {
    if (!sample.ok) counts.set(sample.detail, (counts.get(sample.detail) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}
