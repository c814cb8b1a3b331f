/**
 * Verification: faults injected on real hosts while a client asks, and what the client saw.
 * In: a pair's hosts, a virtual address, a fault, the longest outage wished.
 * Out: a timeline, figures in milliseconds and a verdict.
 * Imports stack, render, host and diagnostics; never Pulumi, never the command line.
 */
export type { DrillResult, FaultKind, ProbeSample, TimelineEvent } from "./drill.ts";
export { beginLeading, exchange, isUnsure } from "./exchange.ts";
export { type Direction, deafness, hearing, provedHearing } from "./hearing.ts";
export { judgePair, type NodeRoles, observeRoles, settledPair } from "./pair.ts";
export type { ProbePlan } from "./probe/plan.ts";
export { type DrillOptions, runDrill } from "./run.ts";
export { onceMore, statusOf } from "./status.ts";
