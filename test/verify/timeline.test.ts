import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProbeSample } from "../../src/verify/drill.ts";
import { countLost, failureCauses, longestGap, streak } from "../../src/verify/timeline.ts";

const answer = (at: number): ProbeSample => ({ sentAt: at - 1, doneAt: at, ok: true, detail: "web-1" });
const loss = (at: number, detail = "ECONNREFUSED"): ProbeSample => ({
  sentAt: at,
  doneAt: at + 1,
  ok: false,
  detail,
});

describe("the longest time without an answer", () => {
  it("lies between the last answer before the fault and the first after it", () => {
    const samples = [answer(5), answer(10), loss(15), loss(20), answer(310), answer(315)];
    expect(longestGap(samples, 12, 400)).toEqual({ from: 10, to: 310, ms: 300 });
  });

  it("lasts until the end when nobody answers any more", () => {
    expect(longestGap([answer(10), loss(20)], 12, 500)).toEqual({
      from: 10,
      to: Number.POSITIVE_INFINITY,
      ms: 490,
    });
  });

  it("does not count a gap that was over before the fault", () => {
    expect(longestGap([answer(1), answer(900), answer(905), answer(910)], 906, 912).ms).toBe(5);
  });

  it("does not depend on the order in which slow answers arrive", () => {
    const late: ProbeSample = { sentAt: 1, doneAt: 300, ok: true, detail: "" };
    const samples = [late, answer(10), answer(100)];
    expect(longestGap(samples, 0, 310)).toEqual(longestGap([...samples].reverse(), 0, 310));
  });

  it("is never longer than the time looked at plus the time since the last answer, nor negative", () => {
    const times = fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 50 });
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 0, max: 1000 }), (at, a, b) => {
        const [start, end] = [Math.min(a, b), Math.max(a, b)];
        const { ms } = longestGap(at.map(answer), start, end);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(end);
      }),
    );
  });
});

describe("counting", () => {
  it("takes the probes that were sent in the time", () => {
    const samples = [answer(6), loss(10), answer(21), loss(30)];
    expect(countLost(samples, 8, 25)).toEqual({ requests: 2, lost: 1 });
  });

  it("tells how many were answered since the last failure", () => {
    expect(streak([answer(5), loss(10), answer(20), answer(25)], 0)).toBe(2);
    expect(streak([answer(5), loss(10)], 0)).toBe(0);
    expect(streak([answer(5), answer(10)], 7)).toBe(1);
  });

  it("tells causes, the most frequent first", () => {
    const samples = [loss(1, "a"), loss(2, "b"), loss(3, "b"), answer(4)];
    expect(failureCauses(samples)).toEqual([
      ["b", 2],
      ["a", 1],
    ]);
  });
});
