import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TandemError } from "../../src/diagnostics/index.ts";
import { type Outcome, type RolloutEvent, runRollout, type WantedRollout } from "../../src/rollout/index.ts";
import { rolloutOf, type Shape, shapes } from "./generate.ts";
import { Killed, MemoryDriver, MemoryStacks } from "./memory-driver.ts";

interface Wish {
  readonly steps?: number;
  readonly run?: string;
  readonly token?: string;
  readonly resume?: boolean;
  readonly force?: string;
  readonly approval?: string;
  readonly events?: RolloutEvent[];
}

let tokens = 0;

function run(stacks: MemoryStacks, rollout: WantedRollout, wish: Wish = {}): Promise<Outcome> {
  const { steps, run = "r1", resume = false, events, force, approval } = wish;
  return runRollout(rollout, new MemoryDriver(stacks, steps), {
    run,
    token: wish.token ?? `t${++tokens}`,
    owner: "ann@ci",
    host: "ci",
    pid: 42,
    resume,
    ...(force === undefined ? {} : { force }),
    ...(approval === undefined ? {} : { approval }),
    onEvent: (event) => events?.push(event),
    signal: new AbortController().signal,
  });
}

const code = (error: unknown): string => (error instanceof TandemError ? error.code : String(error));

const refusal = (outcome: Promise<unknown>): Promise<string> =>
  outcome.then(
    () => "none",
    (error: unknown) => code(error),
  );

/** All pairs of a stage, as `ship dev web-1`. */
const shipments = (rollout: WantedRollout): string[] =>
  rollout.stages.flatMap((stage) => stage.waves.flat().map((pair) => `ship ${stage.name} ${pair}`));

const changes = (stacks: MemoryStacks) => stacks.log.filter((entry) => !entry.startsWith("gate"));

const three: readonly Shape[] = [1, 2, 4].map((pairs) => ({
  pairs,
  concurrency: 1,
  gates: 1,
  onFailure: "stop",
}));

describe("a rollout", () => {
  test("changes every pair once, stage by stage, and each stage's gates come before the next stage", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (stages) => {
        const [stacks, rollout] = [new MemoryStacks(), rolloutOf(stages, "v1")];
        expect(await run(stacks, rollout)).toBe("verified");
        const wanted = rollout.stages.flatMap((stage) => [
          ...stage.waves.flat().map((pair) => `ship ${stage.name} ${pair}`),
          ...stage.gates.map(({ kind }) => `gate ${stage.name} ${kind}`),
        ]);
        expect(stacks.log).toEqual(wanted);
        for (const stage of rollout.stages) {
          expect(stacks.world(stage.name).record.lock).toBeUndefined();
          expect(stacks.world(stage.name).record.verified?.release).toBe(stage.release);
        }
        expect(await run(stacks, rollout, { run: "r2" })).toBe("verified");
        expect(stacks.log).toEqual(wanted);
      }),
    );
  });

  test("that is killed anywhere, again and again, ends as one that was not, and repeats nothing", async () => {
    await fc.assert(
      fc.asyncProperty(
        shapes,
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }),
        async (stages, kills) => {
          const [stacks, rollout] = [new MemoryStacks(), rolloutOf(stages, "v1")];
          let resume = false;
          for (const steps of kills) {
            const outcome = await run(stacks, rollout, { steps, resume }).catch((error: unknown) => {
              if (error instanceof Killed) return "killed";
              throw error;
            });
            if (outcome !== "killed") break;
            // Killed before it had claimed anything, there is nothing to resume: it is begun again.
            resume = [...stacks.records.values()].some(({ lock }) => lock !== undefined);
          }
          expect(await run(stacks, rollout, { resume })).toBe("verified");
          expect(changes(stacks)).toEqual(shipments(rollout));
          for (const stage of rollout.stages)
            expect(stacks.world(stage.name).record.verified?.release).toBe(stage.release);
        },
      ),
    );
  });

  test("stops at the first pair that fails: nothing after it is touched, and no later stage", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.nat(), async (stages, which) => {
        const [stacks, rollout] = [new MemoryStacks(), rolloutOf(stages, "v1")];
        const all = shipments(rollout);
        const index = which % all.length;
        const bad = all[index] ?? "";
        stacks.bad.add(bad.replace("ship ", ""));
        expect(await run(stacks, rollout)).toBe("failed");
        // There is nothing verified to go back to in a stage's first rollout.
        expect(changes(stacks)).toEqual([...all.slice(0, index), `${bad} bad`]);
        const [, stage = ""] = bad.split(" ");
        expect(stacks.world(stage).record).toMatchObject({
          attempt: { state: "failed" },
          history: [{ outcome: "failed" }],
        });
        expect([...stacks.records.values()].every(({ lock }) => lock === undefined)).toBe(true);
        // Repaired: another run does what is left, and that alone.
        stacks.bad.clear();
        stacks.log.length = 0;
        expect(await run(stacks, rollout, { run: "r2" })).toBe("verified");
        expect(changes(stacks)).toEqual(all.slice(index));
      }),
    );
  });

  test("goes back to the last verified release, last pair first, also when it is killed on the way", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
        async (which, kills) => {
          const shape: Shape = { pairs: 4, concurrency: 1, gates: 1, onFailure: "rollback" };
          const stacks = new MemoryStacks();
          const old = rolloutOf([shape], "v1");
          await run(stacks, old);
          const rollout = rolloutOf([shape], "v2");
          const all = shipments(rollout);
          const index = which % all.length;
          stacks.bad.add((all[index] ?? "").replace("ship ", ""));
          stacks.log.length = 0;
          let resume = false;
          let outcome = "killed";
          for (const steps of [...kills, Number.POSITIVE_INFINITY]) {
            outcome = await run(stacks, rollout, { run: "r2", steps, resume }).catch((error: unknown) => {
              if (error instanceof Killed) return "killed";
              throw error;
            });
            if (outcome !== "killed") break;
            resume = [...stacks.records.values()].some(({ lock }) => lock !== undefined);
          }
          expect(outcome).toBe("rolledBack");
          const { record, deployed } = stacks.world("dev");
          for (const pair of old.stages[0]?.pairs ?? [])
            expect(deployed[pair.name]?.nodes).toEqual(pair.nodes);
          expect(record.verified?.release).toBe(old.stages[0]?.release);
          expect(record.attempt?.state).toBe("rolledBack");
          const back = changes(stacks).filter((entry) => entry.startsWith("restore"));
          expect(back).toEqual(
            all
              .slice(0, index)
              .reverse()
              .map((entry) => entry.replace("ship", "restore")),
          );
        },
      ),
    );
  });

  test("is refused in a stage when the one before has not verified the same content", async () => {
    const stacks = new MemoryStacks();
    await run(stacks, rolloutOf(three, "v1"));
    stacks.log.length = 0;
    // dev has a release that nobody verified in staging: somebody changed only prod's definition.
    const mixed = rolloutOf(three, "v1");
    const [dev, staging] = mixed.stages;
    const prod = rolloutOf(three, "v2").stages[2];
    if (dev === undefined || staging === undefined || prod === undefined) throw new Error("three stages");
    const changed = { ...mixed, stages: [dev, staging, prod] };
    expect(await refusal(run(stacks, changed, { run: "r2" }))).toBe("ROLLOUT_NOT_VERIFIED");
    expect(stacks.log).toEqual([]);
    expect([...stacks.records.values()].every(({ lock }) => lock === undefined)).toBe(true);
    // With a reason it goes on, and the reason is kept.
    expect(await run(stacks, changed, { run: "r3", force: "the fire" })).toBe("verified");
    expect(stacks.world("prod").record).toMatchObject({
      verified: { forced: { reason: "the fire", by: "ann@ci" } },
      history: [{ outcome: "verified", forced: { reason: "the fire" } }, {}],
    });
  });

  test("keeps another one out, and is itself stopped when it is taken over", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, fc.integer({ min: 3, max: 60 }), async (stages, steps) => {
        const [stacks, rollout] = [new MemoryStacks(), rolloutOf(stages, "v1")];
        // The first hangs after some steps; it is no longer heard of, but not dead.
        const held = await run(stacks, rollout, { steps }).catch((error: unknown) => code(error));
        if (held === "verified") return;
        const locked = stacks.records.get("dev")?.lock !== undefined;
        if (locked) expect(await refusal(run(stacks, rollout, { run: "r2" }))).toBe("ROLLOUT_LOCKED");
        expect(await run(stacks, rollout, { resume: locked })).toBe("verified");
        expect(changes(stacks)).toEqual(shipments(rollout));
      }),
    );
  });

  test("that is kept out of a later stage leaves no lock in an earlier one", async () => {
    const [stacks, rollout] = [new MemoryStacks(), rolloutOf(three, "v1")];
    const taken = { run: "r9", token: "t9", owner: "bob@ci", host: "ci", pid: 7, parked: false };
    const lock = { ...taken, since: "2026-01-01T00:00:00Z", beat: "2026-01-01T00:00:00Z" };
    stacks.records.set("prod", { version: 1, history: [], lock });
    expect(await refusal(run(stacks, rollout))).toBe("ROLLOUT_LOCKED");
    expect(stacks.records.get("dev")?.lock).toBeUndefined();
    expect(changes(stacks)).toEqual([]);
  });

  test("of two at the same moment, one goes on and the other is refused", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (stages) => {
        const [stacks, rollout] = [new MemoryStacks(), rolloutOf(stages, "v1")];
        const both = await Promise.allSettled([
          run(stacks, rollout, { run: "r1" }),
          run(stacks, rollout, { run: "r2" }),
        ]);
        const good = both.filter(({ status }) => status === "fulfilled");
        const codes = both.flatMap((one) => (one.status === "rejected" ? [code(one.reason)] : []));
        expect(good).toHaveLength(1);
        expect(codes).toEqual(["ROLLOUT_LOCKED"]);
        expect(changes(stacks)).toEqual(shipments(rollout));
      }),
    );
  });

  test("that is taken over while it works finds that out at its next step and stops", async () => {
    const [stacks, rollout] = [new MemoryStacks(), rolloutOf(three, "v1")];
    const first = refusal(run(stacks, rollout));
    while (changes(stacks).length < 2) await Promise.resolve();
    const second = run(stacks, rollout, { resume: true });
    expect(await second).toBe("verified");
    expect(["ROLLOUT_LOCK_LOST", "ROLLOUT_LOCKED"]).toContain(await first);
    const perStage = rollout.stages.map(({ name }) => stacks.world(name).record.verified?.release);
    expect(perStage).toEqual(rollout.stages.map(({ release }) => release));
  });

  test("waits for a word, keeps others out meanwhile, and goes on when it comes", async () => {
    const stacks = new MemoryStacks();
    const rollout = rolloutOf([{ pairs: 2, concurrency: 2, gates: 2, onFailure: "stop" }], "v1");
    stacks.shut.set("dev approval", "waiting");
    expect(await run(stacks, rollout)).toBe("waiting");
    expect(stacks.records.get("dev")?.lock?.parked).toBe(true);
    expect(await refusal(run(stacks, rollout, { run: "r2" }))).toBe("ROLLOUT_LOCKED");
    expect(await run(stacks, rollout, { resume: true, approval: "bob said yes" })).toBe("verified");
    // What had passed is not asked again.
    expect(stacks.log.filter((entry) => entry === "gate dev noDrift")).toHaveLength(1);
    expect(stacks.records.get("dev")?.verified?.gates[1]?.detail).toBe("bob said yes");
  });

  test("whose gate fails is not verified, and the next stage stays as it is", async () => {
    const [stacks, rollout] = [new MemoryStacks(), rolloutOf(three, "v1")];
    stacks.shut.set("staging noDrift", "failed");
    const events: RolloutEvent[] = [];
    expect(await run(stacks, rollout, { events })).toBe("failed");
    expect(stacks.records.get("staging")?.verified).toBeUndefined();
    expect(stacks.records.get("prod")).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ kind: "end", outcome: "failed" });
    expect(events.filter(({ kind }) => kind === "problem")).toHaveLength(1);
  });
});
