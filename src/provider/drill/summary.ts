import type { DrillResult } from "../../verify/index.ts";

/** What is kept of a drill in the state: the figures, without thousands of samples. */
export type DrillSummary = Pick<
  DrillResult,
  "masterBefore" | "masterAfter" | "outageMs" | "requests" | "lost" | "maxOutageMs" | "passed" | "failback"
>;

export function summarize(result: DrillResult): DrillSummary {
  const { masterBefore, masterAfter, outageMs, requests, lost, maxOutageMs, passed, failback } = result;
  return { masterBefore, masterAfter, outageMs, requests, lost, maxOutageMs, passed, failback };
}

/** One line for the terminal. */
export function sentence(result: DrillResult): string {
  const { fault, outageMs, lost, requests, masterBefore, masterAfter } = result;
  return `drill ${fault}: ${masterBefore} → ${masterAfter}, outage ${outageMs.toFixed(0)} ms, ${lost} of ${requests} requests lost`;
}
