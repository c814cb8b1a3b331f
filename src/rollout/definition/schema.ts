import * as z from "zod";
import type { StackInput } from "../../stack/index.ts";
import { duration } from "../../stack/schema/duration.ts";
import { guarded, name } from "../../stack/schema/text.ts";

const rate = () => z.number().min(0).max(1);

const wave = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("pairs"),
      pairs: z.array(name()).min(1).describe("names of pairs, e.g. the canary"),
    }),
    z.strictObject({
      kind: z.literal("share"),
      percent: z.int().min(1).max(100).describe("percent of the stage's pairs, one at least"),
    }),
    z.strictObject({ kind: z.literal("rest") }),
  ])
  .meta({ id: "Wave" });

const budget = z
  .strictObject({
    errors5xx: rate().default(0).describe("answers with status 5xx, as a share of the requests"),
    retries: rate().default(0.01).describe("connections to servers that were tried again, as a share"),
    refused: rate().default(0).describe("requests that got no connection to any server, as a share"),
    checkFlaps: z.int().min(0).default(0).describe("changes of servers between up and down"),
  })
  .meta({ id: "ErrorBudget" });

const gate = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("noDrift") }),
    z.strictObject({
      kind: z.literal("drill"),
      faults: z
        .array(z.enum(["handover", "kill", "stop", "linkDown"]))
        .min(1)
        .optional()
        .describe("faults to inject now; default: the verdicts of the drills that the deployment ran"),
      pairs: z.enum(["canary", "all"]).default("canary").describe("which pairs get the faults"),
      maxOutage: duration("1ms", "10m").default("1s").describe("longest time without an answer that passes"),
    }),
    z.strictObject({
      kind: z.literal("soak"),
      duration: duration("1s", "7d").describe("how long the stage has to stay within the budget"),
      every: duration("100ms", "10m").default("5s").describe("time between two looks at the counters"),
      minRequests: z.int().min(0).default(0).describe("fewer requests than these prove nothing"),
      budget: budget.prefault({}),
    }),
    z.strictObject({
      kind: z.literal("approval"),
      question: z.string().min(1).max(500).optional().describe("what the approver is asked"),
    }),
    z.strictObject({
      kind: z.literal("command"),
      command: z
        .array(z.string().min(1).max(4096))
        .min(1)
        .describe("program and arguments; no shell reads it"),
      timeout: duration("1s", "1d").default("5m").describe("it is ended after that and counts as failed"),
    }),
  ])
  .meta({ id: "Gate" });

const stage = z
  .strictObject({
    name: name().describe("name of the environment and of its Pulumi stack"),
    stack: z.custom<StackInput>((value) => typeof value === "object" && value !== null, {
      params: {
        code: "STACK_WRONG_TYPE",
        hint: 'import it: import { stack as dev } from "./dev.ts"',
      },
      error: "a stage's stack is what defineStack gives",
    }),
    waves: z
      .array(wave)
      .min(1)
      .optional()
      .describe("groups of pairs, one after another; default: one pair, then half, then the rest"),
    concurrency: z.int().min(1).max(100).default(1).describe("pairs of a wave that change at the same time"),
    gates: z
      .array(gate)
      .default([{ kind: "noDrift" }])
      .describe("what must hold before the stage counts as verified"),
    onFailure: z
      .enum(["stop", "rollback"])
      .default("stop")
      .describe("hosts that are finished when another one fails: left with the new release, or taken back"),
  })
  .meta({ id: "Stage" });

/** The whole rollout; strict at every level. */
export const rolloutSchema = z.strictObject({
  name: name().default("rollout").describe("name of the rollout, for logs and reports"),
  stages: z.array(stage).min(1).describe("environments, in the order that a release takes"),
  varies: z
    .array(
      guarded(/^[A-Za-z*][A-Za-z0-9_-]*(\.[A-Za-z0-9_*-]+)*$/, "a path of a pair", {
        code: "ROLLOUT_VARIES_INVALID",
        hint: 'write property names of a pair with dots and * for any, e.g. "frontends.*.maxconn"',
      }),
    )
    .default([])
    .describe("what environments may have differently, beside addresses, hosts, interfaces and servers"),
});

type Immutable<T> = T extends (...args: never[]) => unknown
  ? T
  : T extends object
    ? { readonly [K in keyof T]: Immutable<T[K]> }
    : T;

export type RolloutInput = Immutable<z.input<typeof rolloutSchema>>;
export type RolloutData = Immutable<z.output<typeof rolloutSchema>>;
export type StageData = RolloutData["stages"][number];
export type Gate = StageData["gates"][number];
export type Wave = NonNullable<StageData["waves"]>[number];
export type SoakGate = Extract<Gate, { readonly kind: "soak" }>;
