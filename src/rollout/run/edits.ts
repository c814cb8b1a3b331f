import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import type { WantedStage } from "../release/wanted.ts";
import {
  type Attempt,
  emptyRecord,
  type GateResult,
  HISTORY,
  type RolloutLock,
  type StageRecord,
} from "./record.ts";

/** A change of a stage's record; made while the stack is locked, on what stands there then. */
export type Edit = (record: StageRecord) => StageRecord;

/** Who makes a change, and when. */
export interface Actor {
  readonly run: string;
  readonly token: string;
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly now: string;
}

/** Takes the stage for a run. Throws ROLLOUT_LOCKED when another one holds it. */
export function claim(stage: string, actor: Actor, takeOver: boolean): Edit {
  return (record) => {
    const { lock } = record;
    if (lock !== undefined && lock.token !== actor.token && !(takeOver && lock.run === actor.run))
      throw locked(stage, lock, actor.now);
    const since = lock?.run === actor.run ? lock.since : actor.now;
    return { ...record, lock: { ...who(actor), since, parked: false } };
  };
}

function who({ run, token, owner, host, pid, now }: Actor) {
  return { run, token, owner, host, pid, beat: now };
}

/** Any change of a run: only while it holds the stage. */
export function asHolder(stage: string, actor: Actor, edit: Edit): Edit {
  return (record) => {
    if (record.lock?.token !== actor.token) throw lost(stage, record.lock);
    const changed = edit(record);
    return changed.lock === undefined ? changed : { ...changed, lock: { ...changed.lock, beat: actor.now } };
  };
}

export const letGo: Edit = ({ lock: _, ...record }) => record;

/** The run waits for somebody's word: whoever brings it takes the run up again. */
export const park: Edit = (record) =>
  record.lock === undefined ? record : { ...record, lock: { ...record.lock, parked: true } };

export function begin(stage: WantedStage, actor: Actor, reason: string | undefined): Edit {
  const { run, owner, now } = actor;
  return (record) => ({
    ...record,
    attempt: {
      run,
      owner,
      release: stage.release,
      state: "rolling",
      began: now,
      gates: [],
      ...(reason === undefined ? {} : { forced: { reason, by: owner } }),
    },
  });
}

const onAttempt =
  (change: (attempt: Attempt) => Attempt): Edit =>
  (record) =>
    record.attempt === undefined ? record : { ...record, attempt: change(record.attempt) };

export const noteGate = (index: number, result: GateResult): Edit =>
  onAttempt(({ soak: _, ...attempt }) => ({
    ...attempt,
    gates: [...attempt.gates.slice(0, index), result],
  }));

export const beginSoak = (
  gate: number,
  since: string,
  counters: NonNullable<Attempt["soak"]>["counters"],
): Edit => onAttempt((attempt) => ({ ...attempt, soak: { gate, since, counters } }));

export const fail = (reason: string): Edit =>
  onAttempt((attempt) => ({ ...attempt, state: "failed", reason }));

/** The same run tries again what had failed; what is done stays done. */
export const retry: Edit = onAttempt(({ reason: _, soak: __, ...attempt }) => ({
  ...attempt,
  state: "rolling",
  gates: attempt.gates.filter(({ passed }) => passed),
}));

/** The stage has proved its release: the next one may have it. */
export function seal(stage: WantedStage, actor: Actor): Edit {
  return (record) => {
    const { attempt } = record;
    if (attempt === undefined) return record;
    const { forced, gates } = attempt;
    const { run, owner, now } = actor;
    const pairs = Object.fromEntries(
      stage.pairs.map(({ name, content, nodes }) => [name, { content, nodes }]),
    );
    const { attempt: _, ...rest } = record;
    return remember(
      {
        ...rest,
        verified: { release: stage.release, pairs, at: now, run, owner, gates, ...(forced && { forced }) },
      },
      attempt,
      "verified",
      now,
    );
  };
}

/** Everything is at the last verified release again. */
export function rolledBack(now: string): Edit {
  return (record) =>
    record.attempt === undefined
      ? record
      : remember(
          { ...record, attempt: { ...record.attempt, state: "rolledBack" } },
          record.attempt,
          "rolledBack",
          now,
        );
}

/** An attempt that ended without being verified, in the stage's memory. */
export function remembered(outcome: "failed" | "aborted", now: string, reason?: string): Edit {
  return (record) => {
    if (record.attempt === undefined) return record;
    const attempt: Attempt = {
      ...record.attempt,
      state: outcome,
      ...(reason === undefined ? {} : { reason }),
    };
    return remember({ ...record, attempt }, attempt, outcome, now);
  };
}

/** Ends somebody's run, whoever holds it. */
export function abort(now: string, by: string): Edit {
  return (record) => {
    const reason = `aborted by ${by}`;
    const rolling = record.attempt?.state === "rolling";
    return letGo(rolling ? remembered("aborted", now, reason)(record) : record);
  };
}

function remember(
  record: StageRecord,
  attempt: Attempt,
  outcome: StageRecord["history"][number]["outcome"],
  at: string,
): StageRecord {
  const { run, owner, release, reason, forced } = attempt;
  const entry = {
    run,
    owner,
    release,
    outcome,
    at,
    ...(reason === undefined ? {} : { reason }),
    ...(forced === undefined ? {} : { forced }),
  };
  return { ...(record ?? emptyRecord), history: [entry, ...record.history].slice(0, HISTORY) };
}

/** `12 min`, from an ISO time to another. */
export function age(since: string, now: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(now) - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

function locked(stage: string, lock: RolloutLock, now: string): TandemError {
  const waits = lock.parked ? " (waits for a word, no process holds it)" : "";
  return new TandemError(
    [
      {
        code: "ROLLOUT_LOCKED",
        severity: "error",
        message: `stage ${stage} is held by ${lock.owner} with run ${lock.run}, begun ${age(lock.since, now)} ago, last written ${age(lock.beat, now)} ago${waits}`,
        why: "two rollouts at once would undo each other",
        hint: "wait for it, go on with it by `tandem rollout resume`, or end it by `tandem rollout abort`",
      },
    ],
    { exitCode: ExitCode.failed },
  );
}

function lost(stage: string, lock: RolloutLock | undefined): TandemError {
  const now = lock === undefined ? "nobody holds it" : `${lock.owner} holds it with run ${lock.run}`;
  return new TandemError([
    {
      code: "ROLLOUT_LOCK_LOST",
      severity: "error",
      message: `stage ${stage} was taken from this run: ${now}`,
      why: "somebody ended this rollout or went on with it elsewhere",
      hint: "see `tandem rollout status`",
    },
  ]);
}
