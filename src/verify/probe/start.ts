import type { ProbePlan } from "./plan.ts";
import { type Prober, startLocalProber } from "./prober.ts";

/** Starts probing from where the plan says. `now` is the drill's clock, milliseconds. */
export function startProber(plan: ProbePlan, now: () => number): Prober {
  return startLocalProber(plan, now);
}
