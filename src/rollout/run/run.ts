import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import type { WantedRollout, WantedStage } from "../release/wanted.ts";
import { type Action, decide } from "./decide.ts";
import type { Driver } from "./driver.ts";
import * as edits from "./edits.ts";
import type { Outcome, RolloutEvent } from "./events.ts";
import { performGate } from "./gates.ts";
import {
  end,
  interrupted,
  later,
  parkAll,
  type Running,
  type RunOptions,
  releaseAll,
  write,
} from "./running.ts";
import { goBack, proveRollback, ship } from "./ship.ts";
import { isVerified } from "./world.ts";

/**
 * Carries a rollout out until it is done, refused, failed, interrupted, or waits for somebody.
 * All that is remembered is in the stages' records, so that any other process can go on from there.
 *
 * @throws TandemError ROLLOUT_LOCKED when another run holds a stage, ROLLOUT_LOCK_LOST when this one
 *   was taken over.
 */
export async function runRollout(
  rollout: WantedRollout,
  driver: Driver,
  options: RunOptions,
): Promise<Outcome> {
  const { run, token, owner, host, pid } = options;
  const actor = () => ({ run, token, owner, host, pid, now: driver.now() });
  const running: Running = { rollout, driver, options, actor, world: {}, pending: new Map() };
  options.onEvent({ kind: "run", run, rollout: rollout.name, owner, resumed: options.resume });
  for (const stage of rollout.stages)
    running.world[stage.name] = options.world?.[stage.name] ?? (await driver.observe(stage));
  // What cannot begin, or is done, need not keep anybody out.
  const held = Object.values(running.world).some(({ record }) => record.lock !== undefined);
  if (!held && ["refuse", "done"].includes(next(running).kind)) return await carryOut(running);
  try {
    await claimAll(running);
    const outcome = await carryOut(running);
    if (outcome === "waiting" || outcome === "interrupted") await parkAll(running);
    return outcome;
  } catch (error) {
    // Kept out, it leaves no lock of its own behind; else whoever looks into it goes on with `resume`.
    const kept = error instanceof TandemError && error.code === "ROLLOUT_LOCKED";
    await (kept ? releaseAll : parkAll)(running).catch(() => undefined);
    throw error;
  }
}

function next({ rollout, options, world }: Running): Action {
  const { run, force, only } = options;
  return decide(rollout, world, {
    run,
    forced: force !== undefined,
    ...(only === undefined ? {} : { only }),
  });
}

async function carryOut(running: Running): Promise<Outcome> {
  const { options } = running;
  const told = new Set<string>();
  for (;;) {
    if (options.signal.aborted) return interrupted(running);
    tellSkipped(running, told);
    const outcome = await perform(running, next(running));
    if (outcome !== undefined) return outcome;
  }
}

/** The first stage is the gate for all: who holds it, holds the rollout. */
async function claimAll(running: Running): Promise<void> {
  const { rollout, driver, options, world } = running;
  for (const [index, stage] of rollout.stages.entries()) {
    const { lock } = world[stage.name]?.record ?? {};
    // Later stages are claimed when their turn comes; a lock that stands there is met now.
    if (index > 0 && lock === undefined) continue;
    if (index > 0 && lock?.run === options.run && !options.resume) continue;
    const edit = edits.claim(stage.name, running.actor(), options.resume);
    world[stage.name] = await driver.update(stage, edit);
  }
  if (options.resume) await retryFailed(running);
}

async function retryFailed(running: Running): Promise<void> {
  for (const stage of running.rollout.stages) {
    const attempt = running.world[stage.name]?.record.attempt;
    if (attempt?.run !== running.options.run || attempt.state !== "failed") continue;
    // One that was to go back goes on going back.
    if (stage.onFailure === "rollback") continue;
    await write(running, stage, edits.retry);
  }
}

function tellSkipped({ rollout, world, options }: Running, told: Set<string>): void {
  for (const stage of rollout.stages) {
    const found = world[stage.name];
    if (found === undefined || !isVerified(stage, found)) return;
    if (told.has(stage.name)) continue;
    told.add(stage.name);
    const { verified } = found.record;
    if (verified?.run === options.run) continue;
    const text = `verified already, at ${verified?.at} by ${verified?.owner}`;
    options.onEvent({ kind: "stage", stage: stage.name, release: stage.release, state: "skipped", text });
  }
}

/** Undefined: go on. */
async function perform(running: Running, action: Action): Promise<Outcome | undefined> {
  const { rollout, options } = running;
  if (action.kind === "done") {
    await releaseAll(running);
    return end(running, "verified", `${rollout.name} is verified in ${options.only ?? "every stage"}`);
  }
  const stage = rollout.stages.find(({ name }) => name === action.stage);
  if (stage === undefined) throw new RangeError(`no stage ${action.stage}`);
  const tell = (state: Extract<RolloutEvent, { kind: "stage" }>["state"], text: string) =>
    options.onEvent({ kind: "stage", stage: stage.name, release: stage.release, state, text });
  switch (action.kind) {
    case "begin":
      beginStage(running, stage);
      tell("rolling", `${stage.pairs.length} pairs in ${stage.waves.length} waves`);
      return undefined;
    case "ship":
      return await ship(running, stage, action.wave, action.pairs);
    case "gate":
      return await performGate(running, stage, action.index, action.gate);
    case "seal":
      await sealStage(running, stage);
      tell("verified", `release ${stage.release} is verified`);
      return undefined;
    case "rollBack":
      return await goBack(running, stage, action.pairs);
    case "proveRollback":
      return await proveRollback(running, stage);
    case "refuse": {
      tell("refused", `not verified before: ${action.pairs.join(", ")}`);
      await releaseAll(running);
      throw refused(stage, rollout, action.pairs);
    }
    case "stopped":
      await releaseAll(running);
      return end(running, action.outcome, `${stage.name}: ${action.reason}`);
  }
}

async function sealStage(running: Running, stage: WantedStage): Promise<void> {
  const seal = edits.seal(stage, running.actor());
  // The first stage stays taken until the whole run is over.
  const first = running.rollout.stages[0] === stage;
  await write(running, stage, first ? seal : (record) => edits.letGo(seal(record)));
}

/** Written with the first change: until then there is nothing that anybody would have to know. */
function beginStage(running: Running, stage: WantedStage): void {
  const actor = running.actor();
  const take = edits.claim(stage.name, actor, running.options.resume);
  const start = edits.begin(stage, actor, running.options.force);
  later(running, stage, (record) => start(take(record)));
}

function refused(stage: WantedStage, rollout: WantedRollout, pairs: readonly string[]): TandemError {
  const before = rollout.stages[rollout.stages.indexOf(stage) - 1]?.name ?? "";
  return new TandemError(
    [
      {
        code: "ROLLOUT_NOT_VERIFIED",
        severity: "error",
        where: { kind: "path", path: ["stages", rollout.stages.indexOf(stage)] },
        message: `stage ${before} has not verified what ${stage.name} would get for ${pairs.join(", ")}`,
        why: "what goes on has to be what was proved before",
        hint: `roll out ${before} first; see \`tandem rollout plan\` for what differs, or --force "why"`,
      },
    ],
    { exitCode: ExitCode.failed },
  );
}
