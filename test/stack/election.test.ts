import { describe, expect, test } from "vitest";
import { checkStack } from "../../src/stack/index.ts";
import { defaultPriorities, influence, type Tracker } from "../../src/stack/resolve/election.ts";
import { found, instanceWith, pairWith, sampleStack } from "./sample.ts";

const script = (weight: number, name = "chk") => ({ name, script: "/usr/local/bin/chk", weight });

describe("priorities", () => {
  test("default to 254 and 253, so that a graceful stop costs next to nothing", () => {
    const [instance] = checkStack(sampleStack()).stack.pairs[0]?.instances ?? [];
    expect(instance?.members).toEqual({
      "lb-a": { priority: 254, state: "MASTER" },
      "lb-b": { priority: 253, state: "BACKUP" },
    });
    expect(instance?.failover).toEqual({ crash: { least: 2011.72, most: 3011.72 }, graceful: 11.72 });
  });

  test("leave room for positive weights by default", () => {
    expect(
      defaultPriorities([
        { name: "a", weight: 20 },
        { name: "b", weight: -30 },
      ]),
    ).toEqual({ master: 234, backup: 233 });
    const input = instanceWith({ trackScripts: ["chk"] }, { trackScripts: [script(2)] });
    expect(checkStack(input).warnings).toEqual([]);
  });

  test("that are equal or crossed are errors", () => {
    const both = (a: number, b: number) =>
      instanceWith({ members: { "lb-a": { priority: a }, "lb-b": { priority: b } } });
    expect(found(both(100, 100))).toEqual(["pairs.0.vrrpInstances.0.members STACK_PRIORITIES_EQUAL"]);
    expect(found(both(100, 150))).toEqual(["pairs.0.vrrpInstances.0.members STACK_MASTER_NOT_PREFERRED"]);
    expect(found(both(150, 100))).toEqual([]);
  });
});

test("the owner of the addresses is told of, and no weight moves it", () => {
  const owner = { members: { "lb-a": { priority: 255 } } };
  expect(found(instanceWith(owner))).toEqual([
    "pairs.0.vrrpInstances.0.members.lb-a.priority STACK_PRIORITY_OWNER",
  ]);
  expect(
    found(instanceWith({ ...owner, trackScripts: ["chk"] }, { trackScripts: [script(-200)] })),
  ).toContain("pairs.0.vrrpInstances.0.trackScripts.0 STACK_WEIGHT_POWERLESS");
});

describe("weights", () => {
  const handbook = (a: number, b: number, ...weights: number[]) =>
    instanceWith(
      {
        members: { "lb-a": { priority: a }, "lb-b": { priority: b } },
        trackScripts: weights.map((_, i) => `chk${i}`),
      },
      { trackScripts: weights.map((weight, i) => script(weight, `chk${i}`)) },
    );

  test("of the handbooks (5 and 4 with weight 2, or with -2) move the addresses", () => {
    expect(found(handbook(5, 4, 2))).toEqual([]);
    expect(found(handbook(5, 4, -2))).toEqual([]);
  });

  test("that cannot change the election are errors (150 against 140 with weight 2)", () => {
    expect(found(handbook(150, 140, 2))).toEqual([
      "pairs.0.vrrpInstances.0.trackScripts.0 STACK_WEIGHT_POWERLESS",
    ]);
    expect(found(handbook(150, 140, -10))).toEqual([
      "pairs.0.vrrpInstances.0.trackScripts.0 STACK_WEIGHT_POWERLESS",
    ]);
    expect(found(handbook(150, 140, -11))).toEqual([]);
  });

  test("that work only together are warnings", () => {
    expect(found(handbook(150, 140, -8, -8))).toEqual([
      "pairs.0.vrrpInstances.0.trackScripts.0 STACK_WEIGHT_WEAK",
      "pairs.0.vrrpInstances.0.trackScripts.1 STACK_WEIGHT_WEAK",
    ]);
  });

  test("beside a stronger one that decides alone are seen through", () => {
    const strong: Tracker = { name: "strong", weight: -50 };
    const feeble: Tracker = { name: "feeble", weight: -1 };
    expect(influence(150, 140, [strong, feeble], strong)).toEqual({ kind: "alone" });
    expect(influence(150, 140, [strong, feeble], feeble)).toEqual({ kind: "never" });
  });

  test("are cut at 254 with a warning", () => {
    expect(found(handbook(254, 253, 20))).toContain("pairs.0.vrrpInstances.0.members STACK_PRIORITY_CLAMPED");
  });

  test("in a sync group or with nopreempt never act, which is an error", () => {
    const input = handbook(150, 140, -20);
    const pair = input.pairs[0] ?? pairWith({});
    const [instance] = pair.vrrpInstances;
    if (instance === undefined) throw new RangeError("no instance");
    expect(found(sampleStack({ ...pair, vrrpInstances: [{ ...instance, nopreempt: true }] }))).toEqual([
      "pairs.0.vrrpInstances.0.nopreempt STACK_NOPREEMPT_WITH_WEIGHTS",
    ]);
    const second = {
      ...instance,
      name: "VI_2",
      virtualRouterId: 52,
      vips: [{ address: "10.0.0.101/24" }],
      trackScripts: [],
    };
    const grouped = {
      ...pair,
      vrrpInstances: [instance, second],
      syncGroups: [{ name: "G", instances: ["VI_1", "VI_2"] }],
    };
    expect(found(sampleStack(grouped))).toEqual([
      "pairs.0.vrrpInstances.0.trackScripts.0 STACK_SYNC_GROUP_WEIGHT",
    ]);
  });
});

describe("preemption", () => {
  test("a start state of MASTER clears nopreempt and preemptDelay, so both together are errors", () => {
    const members = { "lb-a": { state: "MASTER" as const } };
    const path = "pairs.0.vrrpInstances.0.members.lb-a.state STACK_NOPREEMPT_WITH_MASTER";
    expect(found(instanceWith({ nopreempt: true, members }))).toEqual([path]);
    expect(found(instanceWith({ preemptDelay: "60s", members }))).toEqual([path]);
    expect(found(instanceWith({ nopreempt: true }))).toEqual([]);
  });

  test("both nodes start as BACKUP with nopreempt or preemptDelay", () => {
    const [instance] = checkStack(instanceWith({ nopreempt: true })).stack.pairs[0]?.instances ?? [];
    expect(Object.values(instance?.members ?? {}).map((member) => member.state)).toEqual([
      "BACKUP",
      "BACKUP",
    ]);
  });

  test("two masters, or a delay that has no effect, are errors", () => {
    const members = { "lb-a": { state: "MASTER" as const }, "lb-b": { state: "MASTER" as const } };
    expect(found(instanceWith({ members }))).toEqual([
      "pairs.0.vrrpInstances.0.members STACK_STATE_TWICE_MASTER",
    ]);
    expect(found(instanceWith({ nopreempt: true, preemptDelay: "1s" }))).toEqual([
      "pairs.0.vrrpInstances.0.preemptDelay STACK_PREEMPT_DELAY_WITHOUT_EFFECT",
    ]);
  });
});
