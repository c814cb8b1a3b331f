import { spawn } from "node:child_process";
import { expect } from "vitest";
import { TandemError } from "../../../src/diagnostics/index.ts";
import { runJob, type TimedJob } from "./job.ts";
import type { Machine } from "./machine.ts";
import { type Executable, releaseThatSays } from "./releases.ts";
import { leftoversOn, settledState, stateOf } from "./state.ts";

/** Seconds until a host goes back by itself, short enough to wait for. */
const ROLLBACK_AFTER = 3;

/** One kind of run, from the state that the one before has left. */
export interface Scenario {
  readonly name: string;
  readonly job: TimedJob;
  /** What leaves the host where the next scenario begins. */
  readonly next: TimedJob;
  /** The run fails by itself, and the host never stays with it. */
  readonly fails?: true;
}

/** A host's life: comes, changes its text, changes its executable, refuses a change, goes. */
export function life([a, b]: readonly [Executable, Executable]): readonly Scenario[] {
  const apply = (says: string, executable: Executable, more = ""): TimedJob => ({
    kind: "apply",
    release: releaseThatSays(says, executable, more),
    executable,
    rollbackAfter: ROLLBACK_AFTER,
  });
  const same = (name: string, job: TimedJob): Scenario => ({ name, job, next: job });
  // Somebody else has this port, which only shows when the service is to listen there.
  const bad = apply("bad", b, "frontend taken\n    bind 127.0.0.1:9999\n");
  return [
    same("first apply", apply("one", a)),
    same("one-line change", apply("two", a)),
    same("change of the executable", apply("two", b)),
    { name: "way back", job: bad, next: apply("two", b), fails: true },
    same("destroy", { kind: "destroy" }),
  ];
}

/** How the pieces of a run's traffic are spread over its steps, and what the host is before and after it. */
export interface Measured {
  readonly scenario: Scenario;
  readonly before: string;
  readonly after: string;
  readonly steps: readonly { readonly name: string; readonly from: number; readonly to: number }[];
}

/** Goes once through all scenarios undisturbed. */
export async function measure(
  machine: Machine,
  scenarios: readonly Scenario[],
): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (const scenario of scenarios) {
    const before = await stateOf(machine);
    const begins: { name: string; from: number }[] = [{ name: "connect", from: 1 }];
    machine.relay.arm(0, "reset");
    const run = runJob({ ...scenario.job, rollbackAfter: 60 }, machine.connection(), ({ step }) => {
      if (begins.at(-1)?.name !== step) begins.push({ name: step, from: machine.relay.pieces + 1 });
    });
    if (scenario.fails === true) await expect(run).rejects.toMatchObject({ code: "HOST_SWITCH_FAILED" });
    else await run;
    const last = machine.relay.pieces;
    const steps = begins.flatMap(({ name, from }, i) => {
      const to = (begins[i + 1]?.from ?? last + 1) - 1;
      return to < from ? [] : [{ name, from, to }];
    });
    const after = await stateOf(machine);
    expect(after === before, scenario.name).toBe(scenario.fails === true);
    measured.push({ scenario, before, after, steps });
  }
  return measured;
}

/** Ends the controller's run at a piece of its traffic; returns what it said, when it could. */
export type Interruption = (machine: Machine, job: TimedJob, piece: number) => Promise<unknown>;

/** The controller is killed. */
export const killed: Interruption = async (machine, job, piece) => {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", new URL("./run-child.mts", import.meta.url).pathname],
    { stdio: ["pipe", "ignore", "ignore"] },
  );
  const exited = new Promise((resolve) => child.once("exit", resolve));
  machine.relay.arm(piece, "reset", () => child.kill("SIGKILL"));
  child.stdin.end(JSON.stringify({ job, connection: machine.connection() }));
  await exited;
  return undefined;
};

/**
 * The line is cut. By turns the connection breaks, and a new one can be had at once, or nothing passes any more
 * and nobody is told.
 */
export const cut: Interruption = async (machine, job, piece) => {
  machine.relay.arm(piece, piece % 2 === 0 ? "reset" : "silence");
  return await runJob(job, machine.connection({ timeouts: { connect: 1_500, silence: 1_500 } })).then(
    () => undefined,
    (error: unknown) => error,
  );
};

/** Interrupts a run at a piece: the host is old or new, and the next run brings it where it shall be. */
export async function survives(
  machine: Machine,
  { scenario, before, after }: Measured,
  piece: number,
  interrupt: Interruption,
): Promise<void> {
  const error = await interrupt(machine, scenario.job, piece);
  if (error !== undefined) told(error);
  const state = await settledState(machine, scenario.fails === true ? [before] : [before, after]);
  // Who was told of success has it.
  if (error === undefined && interrupt !== killed) expect(state).toBe(after);
  machine.relay.heal();
  await runJob({ ...scenario.next, rollbackAfter: 60 }, machine.connection());
  expect(await stateOf(machine)).toBe(after);
  expect(await leftoversOn(machine)).toBe("");
}

/** An error that names the host, the step and what to do; or it is the scenario's own. */
function told(error: unknown): void {
  expect(error).toBeInstanceOf(TandemError);
  if (!(error instanceof TandemError)) return;
  const [first] = error.problems;
  if (first?.code === "HOST_SWITCH_FAILED") return;
  expect(first?.where).toMatchObject({
    kind: "host",
    host: "lb-a",
    detail: expect.stringContaining("step "),
  });
  expect(first?.hint ?? "", error.message).not.toBe("");
}
