import * as z from "zod";

const pairs = z.record(
  z.string(),
  z.strictObject({
    content: z.string(),
    nodes: z.record(z.string(), z.string()),
  }),
);

/** Why a rule was set aside, and by whom. */
const forced = z.strictObject({ reason: z.string(), by: z.string() });

const gateResult = z.strictObject({
  kind: z.string(),
  passed: z.boolean(),
  detail: z.string(),
  at: z.string(),
});

const lock = z.strictObject({
  run: z.string(),
  /** Changes with every process that takes the run up: the one before finds that out at its next step. */
  token: z.string(),
  owner: z.string(),
  host: z.string(),
  pid: z.number(),
  since: z.string(),
  /** When its owner wrote last. */
  beat: z.string(),
  /** It waits for somebody's word and no process holds it. */
  parked: z.boolean(),
});

const verified = z.strictObject({
  release: z.string(),
  pairs,
  at: z.string(),
  run: z.string(),
  owner: z.string(),
  gates: z.array(gateResult),
  forced: forced.optional(),
});

const attempt = z.strictObject({
  run: z.string(),
  owner: z.string(),
  release: z.string(),
  state: z.enum(["rolling", "failed", "rolledBack", "aborted"]),
  began: z.string(),
  gates: z.array(gateResult),
  /** A soak that has begun: when, and what the counters were. */
  soak: z
    .strictObject({
      gate: z.number(),
      since: z.string(),
      counters: z.record(z.string(), z.record(z.string(), z.number())),
    })
    .optional(),
  reason: z.string().optional(),
  forced: forced.optional(),
});

/** How many ended attempts a stage remembers. */
export const HISTORY = 20;

/** The output `rollout` of a stage's Pulumi stack: all that is known of its promotion. */
export const stageRecordSchema = z.strictObject({
  version: z.literal(1),
  verified: verified.optional(),
  attempt: attempt.optional(),
  lock: lock.optional(),
  history: z.array(
    z.strictObject({
      run: z.string(),
      owner: z.string(),
      release: z.string(),
      outcome: z.enum(["verified", "failed", "rolledBack", "aborted"]),
      at: z.string(),
      reason: z.string().optional(),
      forced: forced.optional(),
    }),
  ),
});

export type StageRecord = z.output<typeof stageRecordSchema>;
export type RolloutLock = z.output<typeof lock>;
export type Attempt = z.output<typeof attempt>;
export type GateResult = z.output<typeof gateResult>;

/** A stage that was never part of a rollout. */
export const emptyRecord: StageRecord = { version: 1, history: [] };
