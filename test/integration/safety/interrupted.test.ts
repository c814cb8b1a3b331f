import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, it } from "vitest";
import { tandemd } from "../../../lab/setup/paths.ts";
import { cut, type Interruption, killed, life, type Measured, measure, survives } from "./interruptions.ts";
import { runJob } from "./job.ts";
import { type Machine, startMachine } from "./machine.ts";
import { executables } from "./releases.ts";

const built = existsSync(tandemd);
/** At every how many pieces of its traffic a run is interrupted; 0 is a sample. */
const every = Number(process.env.TANDEM_INTERRUPT_EVERY ?? "0");
/** `2/5`: the second of five runs that share the points. */
const [part = 1, parts = 1] = (process.env.TANDEM_INTERRUPT_PART ?? "1/1").split("/").map(Number);
/** Chooses the sample. */
const seed = Number(process.env.TANDEM_SEED ?? "0");
/** Hosts that share the pieces of one kind of interruption: most of the time is spent waiting for a way back. */
const hosts = every > 0 ? Number(process.env.TANDEM_INTERRUPT_HOSTS ?? "4") : 1;

/** In an order that goes everywhere soon. */
const spread = (piece: number) => (piece * 7919 + seed) % 1009;

/** Pieces of a run to interrupt it at. The sample takes a step further on for each scenario. */
function chosen({ steps }: Measured, nth: number): readonly number[] {
  if (every > 0)
    return steps
      .flatMap(({ from, to }) => {
        // Most of an upload is the same again and again.
        const stride = Math.max(every, Math.ceil((to - from) / 60));
        const first = from + (seed % Math.min(stride, to - from + 1));
        return Array.from({ length: Math.ceil((to - first + 1) / stride) }, (_, i) => first + i * stride);
      })
      .sort((a, b) => spread(a) - spread(b))
      .filter((_, i) => i % parts === part - 1);
  const step = steps[(seed + nth * 3 + 4) % steps.length];
  return step === undefined ? [] : [step.from + ((seed * 7 + nth * 5) % (step.to - step.from + 1))];
}

describe.skipIf(!built)(
  `a run that is cut short (${built ? "a real sshd and daemon" : "skipped: dist/tandemd is not built"})`,
  () => {
    const machines: Machine[] = [];
    let measured: readonly Measured[];
    const another = async () => {
      const machine = await startMachine();
      machines.push(machine);
      return machine;
    };

    beforeAll(async () => {
      if (!built) return;
      const machine = await another();
      measured = await measure(machine, life(executables(machine.dir)));
      if (every > 0)
        for (const { scenario, steps } of measured)
          console.log(
            `${scenario.name}: ${steps.map(({ name, from, to }) => `${name} ${from}-${to}`).join(", ")}`,
          );
    }, 240_000);
    afterAll(async () => {
      await Promise.all(machines.map((machine) => machine.stop()));
    });

    /** Interrupts the `nth` run of a host's life at a piece; returns what went wrong. */
    async function interrupted(
      machine: Machine,
      each: Measured,
      piece: number,
      interruption: Interruption,
    ): Promise<Error | undefined> {
      const step = each.steps.find(({ to }) => piece <= to)?.name;
      const at = `${each.scenario.name}, piece ${piece}, step ${step}`;
      if (every > 0) console.log(`${interruption.name}: ${at}`);
      return await survives(machine, each, piece, interruption).then(
        () => undefined,
        (cause: unknown) => {
          if (every > 0) console.log(`failed: ${at}:`, cause);
          return new Error(at, { cause });
        },
      );
    }

    /** One host goes through its life again and again until all pieces of the plan had their turn; returns how many. */
    async function goThrough(
      plan: readonly (readonly number[])[],
      interruption: Interruption,
      failures: Error[],
    ): Promise<number> {
      let machine = await another();
      let done = 0;
      for (let round = 0; plan.some((pieces) => round < pieces.length); round += 1) {
        for (const [nth, each] of measured.entries()) {
          const piece = plan[nth]?.[round];
          const failure =
            piece === undefined ? undefined : await interrupted(machine, each, piece, interruption);
          if (failure !== undefined) {
            failures.push(failure);
            // What this host is now says nothing of the others' pieces.
            await machine.stop();
            machine = await another();
            for (const { scenario } of measured.slice(0, nth))
              await runJob(scenario.next, machine.connection());
          }
          if (piece === undefined || failure !== undefined)
            await runJob(each.scenario.next, machine.connection());
          done += piece === undefined ? 0 : 1;
        }
      }
      return done;
    }

    it.concurrent.each<[string, number, Interruption]>([
      ["killed controllers", 0, killed],
      ["cut connections", 1, cut],
    ])(
      "leaves the host wholly old or wholly new, and the next run succeeds: %s",
      async (kind, shift, interruption) => {
        const all = measured.map((each, nth) =>
          // Of a sample each kind takes half, and goes through the rest undisturbed.
          every === 0 && (nth + shift) % 2 === 1 ? [] : chosen(each, nth + shift),
        );
        const failures: Error[] = [];
        const shares = Array.from({ length: hosts }, (_, host) =>
          all.map((pieces) => pieces.filter((_, i) => i % hosts === host)),
        );
        const done = await Promise.all(shares.map((plan) => goThrough(plan, interruption, failures)));
        if (every > 0) console.log(`${kind}: ${done.reduce((sum, n) => sum + n)} interruptions`);
        if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join("\n"));
      },
      every > 0 ? 4 * 3_600_000 : 180_000,
    );
  },
);
