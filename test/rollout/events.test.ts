import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { repository } from "../../lab/setup/paths.ts";
import { type RolloutEvent, runRollout } from "../../src/rollout/index.ts";
import { rolloutOf, type Shape } from "./generate.ts";
import { MemoryDriver, MemoryStacks } from "./memory-driver.ts";

// What `--json` prints is read by other people's programs: a change here is a change of docs/rollout.md.
const text = z.string();
const stage = text;
const shapes = {
  run: z.strictObject({
    kind: z.literal("run"),
    run: text,
    rollout: text,
    owner: text,
    resumed: z.boolean(),
  }),
  stage: z.strictObject({
    kind: z.literal("stage"),
    stage,
    release: text,
    state: z.enum(["skipped", "rolling", "verified", "failed", "rollingBack", "rolledBack", "refused"]),
    text,
  }),
  wave: z.strictObject({
    kind: z.literal("wave"),
    stage,
    wave: z.number(),
    pairs: z.array(text),
    back: z.boolean(),
  }),
  pair: z.strictObject({
    kind: z.literal("pair"),
    stage,
    pair: text,
    part: text,
    state: z.enum(["running", "done", "failed", "note"]),
    text,
  }),
  gate: z.strictObject({
    kind: z.literal("gate"),
    stage,
    index: z.number(),
    gate: text,
    state: z.enum(["running", "note", "passed", "failed", "waiting"]),
    text,
  }),
  problem: z.strictObject({
    kind: z.literal("problem"),
    stage,
    problem: z.looseObject({ code: text, severity: z.enum(["error", "warning"]), message: text }),
  }),
  end: z.strictObject({
    kind: z.literal("end"),
    outcome: z.enum(["verified", "failed", "rolledBack", "waiting", "refused", "interrupted"]),
    text,
  }),
};
const event = z.discriminatedUnion("kind", [
  shapes.run,
  shapes.stage,
  shapes.wave,
  shapes.pair,
  shapes.gate,
  shapes.problem,
  shapes.end,
]);

const shape: Shape = { pairs: 2, concurrency: 1, gates: 2, onFailure: "rollback" };

async function told(stacks: MemoryStacks, version: string, resume = false): Promise<RolloutEvent[]> {
  const events: RolloutEvent[] = [];
  await runRollout(rolloutOf([shape, shape], version), new MemoryDriver(stacks), {
    run: version,
    token: `${version}-${resume}`,
    owner: "ann@ci",
    host: "ci",
    pid: 42,
    resume,
    onEvent: (one) => events.push(one),
    signal: new AbortController().signal,
  });
  return events;
}

test("every event of a run has the fields that are promised, and no others", async () => {
  const stacks = new MemoryStacks();
  const all = await told(stacks, "v1");
  stacks.bad.add("prod web-1");
  stacks.bad.add("staging web-2");
  all.push(...(await told(stacks, "v2")));
  stacks.bad.clear();
  stacks.shut.set("dev approval", "waiting");
  all.push(...(await told(stacks, "v3")));
  for (const one of all) event.parse(one);
  expect(new Set(all.map(({ kind }) => kind))).toEqual(
    new Set(["run", "stage", "wave", "gate", "problem", "end"]),
  );
  const ends = all.flatMap((one) => (one.kind === "end" ? [one.outcome] : []));
  expect(ends).toEqual(["verified", "rolledBack", "waiting"]);
  expectTypeOf<RolloutEvent["kind"]>().toEqualTypeOf<z.infer<typeof event>["kind"]>();
  expectTypeOf<z.infer<typeof shapes.stage>["state"]>().toEqualTypeOf<
    Extract<RolloutEvent, { kind: "stage" }>["state"]
  >();
});

test("docs/rollout.md names every kind with its fields", () => {
  const page = readFileSync(join(repository, "docs/rollout.md"), "utf8");
  for (const [kind, { shape: fields }] of Object.entries(shapes)) {
    const row = page.split("\n").find((line) => line.startsWith(`| \`${kind}\` |`)) ?? "";
    const named = [...(row.split("|")[2] ?? "").matchAll(/`(\w+)`/g)].map((match) => match[1] ?? "");
    expect(named, kind).toEqual(Object.keys(fields).filter((field) => field !== "kind"));
  }
});
