import type { SoakGate } from "../definition/schema.ts";
import type { Counters } from "./counters.ts";

/**
 * What is over the budget, as texts; empty: nothing is. On the way a single failure among the first
 * requests is no rate yet, so one more than the budget carries is let pass until the end.
 */
export function overBudget(
  { budget }: Pick<SoakGate, "budget">,
  counted: Counters,
  flaps: number,
  atEnd: boolean,
): readonly string[] {
  const { requests } = counted;
  const rate = (what: string, count: number, allowed: number): string[] =>
    count > allowed * requests + (allowed > 0 && !atEnd ? 1 : 0)
      ? [`${what} ${percent(count, requests)} of ${requests} requests, allowed ${percent(allowed, 1)}`]
      : [];
  return [
    ...rate("5xx", counted.errors5xx, budget.errors5xx),
    ...rate("retries", counted.retries, budget.retries),
    ...rate("refused", counted.refused, budget.refused),
    ...(flaps > budget.checkFlaps
      ? [`servers went up or down ${flaps} times, allowed ${budget.checkFlaps}`]
      : []),
  ];
}

function percent(part: number, whole: number): string {
  if (whole === 0) return "100 %";
  return `${Number(((100 * part) / whole).toPrecision(2))} %`;
}
