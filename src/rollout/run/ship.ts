import { formatProblem, type Problem } from "../../diagnostics/index.ts";
import type { WantedStage } from "../release/wanted.ts";
import * as edits from "./edits.ts";
import type { Outcome } from "./events.ts";
import { end, interrupted, type Running, releaseAll, withPending, write } from "./running.ts";
import { pendingWaves } from "./world.ts";

/** Changes some pairs of a wave. The first that fails ends the run, or turns it round. */
export async function ship(
  running: Running,
  stage: WantedStage,
  wave: number,
  pairs: readonly string[],
): Promise<Outcome | undefined> {
  running.options.onEvent({ kind: "wave", stage: stage.name, wave, pairs, back: false });
  const result = await carry(running, stage, pairs, "ship");
  const problems = result.problems.length > 0 ? result.problems : unreached(running, stage, pairs);
  if (problems.length === 0) return undefined;
  if (running.options.signal.aborted) return interrupted(running);
  await failStage(running, stage, pairs, problems);
  return undefined;
}

export async function goBack(
  running: Running,
  stage: WantedStage,
  pairs: readonly string[],
): Promise<Outcome | undefined> {
  const { options } = running;
  const text = `back to ${running.world[stage.name]?.record.verified?.release}`;
  options.onEvent({ kind: "stage", stage: stage.name, release: stage.release, state: "rollingBack", text });
  options.onEvent({ kind: "wave", stage: stage.name, wave: 0, pairs, back: true });
  const { problems } = await carry(running, stage, pairs, "restore");
  if (problems.length === 0) return undefined;
  // Whoever takes it up goes on going back.
  if (options.signal.aborted) return interrupted(running);
  tellProblems(running, stage, problems);
  await releaseAll(running);
  return end(running, "failed", `${stage.name}: the way back failed on ${pairs.join(", ")}`);
}

/** The last verified release is proved again, before anybody relies on it. */
export async function proveRollback(running: Running, stage: WantedStage): Promise<Outcome> {
  const { options, driver, world } = running;
  const attempt = world[stage.name]?.record.attempt;
  const verified = world[stage.name]?.record.verified;
  if (attempt === undefined || verified === undefined) throw new RangeError("nothing to go back to");
  const verdict = await driver.gate(stage, {
    index: -1,
    gate: { kind: "noDrift" },
    attempt,
    canaries: stage.waves[0] ?? [],
    release: verified.release,
    back: true,
    note: (text) =>
      options.onEvent({ kind: "gate", stage: stage.name, index: -1, gate: "noDrift", state: "note", text }),
    keep: (edit) => write(running, stage, edit),
    signal: options.signal,
  });
  if (options.signal.aborted) return interrupted(running);
  const text = `release ${verified.release} is back: ${verdict.detail}`;
  if (verdict.outcome !== "passed") {
    await releaseAll(running);
    return end(running, "failed", `${stage.name}: after the way back: ${verdict.detail}`);
  }
  await write(running, stage, edits.rolledBack(driver.now()));
  options.onEvent({ kind: "stage", stage: stage.name, release: stage.release, state: "rolledBack", text });
  await releaseAll(running);
  return end(running, "rolledBack", `${stage.name}: ${attempt.reason}; ${text}`);
}

/** A change that went well and did not bring the pair to its release would be tried for ever. */
function unreached(running: Running, stage: WantedStage, pairs: readonly string[]): Problem[] {
  const found = running.world[stage.name];
  if (found === undefined) return [];
  const pending = pendingWaves(stage, found).flat();
  return pairs
    .filter((pair) => pending.includes(pair))
    .map((pair) => ({
      code: "ROLLOUT_NOT_REACHED",
      severity: "error",
      message: `stage ${stage.name}: pair ${pair} was changed and is not at release ${stage.release}`,
      why: "its stack tells another release than the definition renders",
      hint: "look at `pulumi preview --diff` of the stage; transforms must not change what is shipped",
    }));
}

async function carry(
  running: Running,
  stage: WantedStage,
  pairs: readonly string[],
  way: "ship" | "restore",
) {
  const { driver, options, world } = running;
  const result = await driver[way](stage, pairs, {
    edit: withPending(running, stage, (record) => record),
    onEvent: (event) => options.onEvent({ kind: "pair", stage: stage.name, ...event }),
    signal: options.signal,
  });
  world[stage.name] = result.world;
  running.pending.delete(stage.name);
  return result;
}

/** Notes the failure for everybody, and gives addresses back that were given away for the change. */
export async function failStage(
  running: Running,
  stage: WantedStage,
  pairs: readonly string[],
  problems: readonly Problem[],
): Promise<void> {
  const { driver, options } = running;
  tellProblems(running, stage, problems);
  const settled = await driver.settle(stage, pairs);
  for (const text of settled)
    options.onEvent({
      kind: "pair",
      stage: stage.name,
      pair: pairs.join(", "),
      part: "",
      state: "note",
      text,
    });
  const first = problems[0];
  const reason = first === undefined ? "it failed" : (formatProblem(first).split("\n")[0] ?? "it failed");
  const now = driver.now();
  await write(running, stage, (record) =>
    edits.remembered("failed", now, reason)(edits.fail(reason)(record)),
  );
  options.onEvent({
    kind: "stage",
    stage: stage.name,
    release: stage.release,
    state: "failed",
    text: reason,
  });
}

function tellProblems({ options }: Running, stage: WantedStage, problems: readonly Problem[]): void {
  for (const problem of problems) options.onEvent({ kind: "problem", stage: stage.name, problem });
}
