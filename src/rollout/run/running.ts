import type { WantedRollout, WantedStage } from "../release/wanted.ts";
import type { Driver } from "./driver.ts";
import * as edits from "./edits.ts";
import type { Outcome, RolloutEvent } from "./events.ts";
import type { StageWorld, World } from "./world.ts";

export interface RunOptions {
  readonly run: string;
  readonly token: string;
  readonly owner: string;
  readonly host: string;
  readonly pid: number;
  /** Why a stage may have what the one before has not verified. */
  readonly force?: string;
  /** The stages as they were found a moment ago; default: they are looked at. */
  readonly world?: World;
  /** This stage alone, after what the one before has verified. */
  readonly only?: string;
  /** A run that was there already is taken up: its lock is taken over, what had failed is tried again. */
  readonly resume: boolean;
  /** Who says yes to the gate that waits for it. */
  readonly approval?: string;
  readonly onEvent: (event: RolloutEvent) => void;
  readonly signal: AbortSignal;
}

/** What the parts of a run share. */
export interface Running {
  readonly rollout: WantedRollout;
  readonly driver: Driver;
  readonly options: RunOptions;
  readonly world: Record<string, StageWorld>;
  /** Changes of records that go with the next one that is written. */
  readonly pending: Map<string, edits.Edit>;
  readonly actor: () => edits.Actor;
}

/** Changes the record of a stage that this run holds. */
export async function write(running: Running, stage: WantedStage, edit: edits.Edit): Promise<void> {
  running.world[stage.name] = await running.driver.update(stage, withPending(running, stage, edit));
  running.pending.delete(stage.name);
}

/** A change that may be lost with this process: whoever goes on finds it out again. */
export function later(running: Running, stage: WantedStage, edit: edits.Edit): void {
  const found = running.world[stage.name];
  if (found === undefined) throw new RangeError(`stage ${stage.name} was not looked at`);
  running.world[stage.name] = { ...found, record: edit(found.record) };
  const before = running.pending.get(stage.name);
  running.pending.set(stage.name, before === undefined ? edit : (record) => edit(before(record)));
}

/** What waits to be written, then the change itself if this run still holds the stage. */
export function withPending(running: Running, stage: WantedStage, edit: edits.Edit): edits.Edit {
  const before = running.pending.get(stage.name);
  const held = edits.asHolder(stage.name, running.actor(), edit);
  return before === undefined ? held : (record) => held(before(record));
}

/** Nobody is kept out any more. */
export async function releaseAll(running: Running): Promise<void> {
  for (const stage of [...running.rollout.stages].reverse()) {
    if (running.world[stage.name]?.record.lock?.token !== running.options.token) continue;
    await write(running, stage, edits.letGo);
  }
}

/** The run stays what it is: whoever takes it up need not take it from anybody. */
export async function parkAll(running: Running): Promise<void> {
  for (const stage of running.rollout.stages) {
    if (running.world[stage.name]?.record.lock?.token !== running.options.token) continue;
    await write(running, stage, edits.park);
  }
}

export function interrupted(running: Running): Outcome {
  return end(running, "interrupted", "interrupted; `tandem rollout resume` goes on");
}

export function end({ options }: Running, outcome: Outcome, text: string): Outcome {
  options.onEvent({ kind: "end", outcome, text });
  return outcome;
}
