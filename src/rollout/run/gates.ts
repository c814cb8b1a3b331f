import type { Gate } from "../definition/schema.ts";
import type { WantedStage } from "../release/wanted.ts";
import * as edits from "./edits.ts";
import type { Outcome } from "./events.ts";
import { end, interrupted, later, type Running, write } from "./running.ts";
import { failStage } from "./ship.ts";

/** Asks one gate, and remembers what it said. */
export async function performGate(
  running: Running,
  stage: WantedStage,
  index: number,
  gate: Gate,
): Promise<Outcome | undefined> {
  const { driver, options, world } = running;
  const attempt = world[stage.name]?.record.attempt;
  if (attempt === undefined) throw new RangeError("a gate without an attempt");
  const tell = (state: "running" | "note" | "passed" | "failed" | "waiting", text: string) =>
    options.onEvent({ kind: "gate", stage: stage.name, index, gate: gate.kind, state, text });
  tell("running", "");
  const verdict = await driver.gate(stage, {
    index,
    gate,
    attempt,
    canaries: stage.waves[0] ?? [],
    release: stage.release,
    back: false,
    ...(options.approval === undefined ? {} : { approval: options.approval }),
    note: (text) => tell("note", text),
    keep: (edit) => write(running, stage, edit),
    signal: options.signal,
  });
  if (options.signal.aborted) return interrupted(running);
  tell(verdict.outcome, verdict.detail);
  if (verdict.outcome === "waiting") return end(running, "waiting", `${stage.name}: ${verdict.detail}`);
  const passed = verdict.outcome === "passed";
  const result = { kind: gate.kind, passed, detail: verdict.detail, at: driver.now() };
  const note = edits.noteGate(index, result);
  // What costs nothing to ask again is written with what comes next.
  const cheap = gate.kind === "noDrift" || (gate.kind === "drill" && gate.faults === undefined);
  if (cheap) later(running, stage, note);
  else await write(running, stage, note);
  if (passed) return undefined;
  const problem = {
    code: "ROLLOUT_GATE_FAILED",
    severity: "error" as const,
    message: `stage ${stage.name}: gate ${gate.kind} failed: ${verdict.detail}`,
    why: "the next stage gets only what this one has proved",
    hint: "repair what it names and run `tandem rollout run` again",
  };
  await failStage(running, stage, [], [problem]);
  return undefined;
}
