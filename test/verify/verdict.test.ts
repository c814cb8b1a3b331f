import { describe, expect, it } from "vitest";
import type { ProbeSample } from "../../src/verify/drill.ts";
import { judge, type Observed } from "../../src/verify/verdict.ts";

/** Answers every 5 ms except in the gaps. */
function samples(end: number, ...gaps: readonly (readonly [number, number])[]): ProbeSample[] {
  return Array.from({ length: end / 5 }, (_, i) => {
    const at = i * 5;
    const lost = gaps.some(([from, to]) => at > from && at < to);
    return { sentAt: at, doneAt: at + 1, ok: !lost, detail: lost ? "connect timed out" : "web-1" };
  });
}

const good: Observed = {
  fault: "kill",
  pair: "web",
  vip: "10.0.0.100",
  maxOutageMs: 500,
  masterBefore: "lb-a",
  masterAfter: "lb-b",
  preempts: true,
  masterAtEnd: "lb-a",
  faultAt: 100,
  movedAt: 600,
  endAt: 2000,
  samples: samples(2000, [100, 400], [1000, 1020]),
  timeline: [],
};

describe("the verdict of a drill", () => {
  it("passes with the figures of both moves", () => {
    const result = judge(good);
    expect(result).toMatchObject({ passed: true, failures: [], masterAfter: "lb-b" });
    expect(result.outageMs).toBe(300);
    expect(result.failback).toEqual({ happened: true, outageMs: 20 });
    expect(result.lost).toBe(62);
  });

  it("fails with the cause when the outage is longer than allowed", () => {
    const { passed, failures } = judge({ ...good, maxOutageMs: 200 });
    expect(passed).toBe(false);
    expect(failures).toEqual([
      "10.0.0.100 was not answered for 300 ms, 200 ms are allowed (62× connect timed out)",
    ]);
  });

  it("fails when nobody took over", () => {
    const { failures, masterAfter } = judge({ ...good, masterAfter: undefined, masterAtEnd: "lb-a" });
    expect(masterAfter).toBe("none");
    expect(failures).toContain("no other node became master of 10.0.0.100 after the fault on lb-a");
  });

  it("fails when the former master should have come back and did not", () => {
    expect(judge({ ...good, masterAtEnd: "lb-b" }).failures).toEqual([
      "lb-a did not become master of 10.0.0.100 again, although it preempts",
    ]);
    expect(judge({ ...good, masterAtEnd: "lb-b", preempts: false }).passed).toBe(true);
  });

  it("fails when coming back costs more than the fault may", () => {
    const result = judge({ ...good, maxOutageMs: 350, samples: samples(2000, [100, 400], [1000, 1400]) });
    expect(result.failures).toEqual(["10.0.0.100 was not answered for 400 ms when lb-a came back"]);
  });
});
