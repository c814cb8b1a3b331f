import { describe, expect, it } from "vitest";
import { makePlan } from "../../src/host/apply/plan.ts";
import { diffObservation } from "../../src/host/compare/differences.ts";
import { MemoryMachine } from "../../src/host/memory/machine.ts";
import { toObservation } from "../../src/host/observe/observe.ts";
import { type BinaryRef, type Release, render } from "../../src/render/index.ts";
import { parseStack } from "../../src/stack/index.ts";
import { pairWith, sampleStack } from "../stack/sample.ts";
import { HAPROXY, makeRelease, SECRETS, unit } from "./make-release.ts";

const one: BinaryRef = { sha256: "1".repeat(64), version: "0.1.0" };
const two: BinaryRef = { sha256: "2".repeat(64), version: "0.2.0" };

function planOn(machine: MemoryMachine, release: Release) {
  const facts = machine.facts(release);
  return makePlan(release, facts, diffObservation(release, toObservation(facts, release, SECRETS)));
}

function machineWith(release: Release): MemoryMachine {
  const machine = new MemoryMachine({});
  machine.takeOver(release, planOn(machine, release), SECRETS);
  return machine;
}

describe("what an apply does to the service", () => {
  const actionFor = (before: Release, after: Release) => planOn(machineWith(before), after).action;

  it("is an upgrade in place when another executable is all that the unit has new", () => {
    expect(actionFor(makeRelease(one), makeRelease(two))).toBe("upgrade");
    const more = makeRelease(two, { haproxy: `${HAPROXY}# more\n` });
    expect(actionFor(makeRelease(one), more)).toBe("upgrade");
    expect(planOn(machineWith(makeRelease(one)), more).was.program).toContain(one.sha256);
  });

  it("is a restart when the unit says something else, too", () => {
    const other = makeRelease(two, { unit: unit(two).replace("RestartSec=500ms", "RestartSec=1s") });
    expect(actionFor(makeRelease(one), other)).toBe("restart");
    const same = makeRelease(one, { unit: unit(one).replace("RestartSec=500ms", "RestartSec=1s") });
    expect(actionFor(makeRelease(one), same)).toBe("restart");
  });

  it("is a restart when the proxy becomes another user, which no reload can do", () => {
    const as = (proxy: object, binary = one) => {
      const [pair] = parseStack(sampleStack(pairWith({ proxy }))).pairs;
      if (pair === undefined) throw new Error("the sample has a pair");
      return render(pair, "lb-a", binary);
    };
    expect(actionFor(as({ user: "haproxy" }), as({}))).toBe("restart");
    expect(actionFor(as({}), as({ user: "haproxy" }))).toBe("restart");
    expect(actionFor(as({}), as({ globalDirectives: ["chroot /var/empty"] }))).toBe("restart");
    expect(actionFor(as({ user: "haproxy" }), as({}, two))).toBe("restart");
    expect(actionFor(as({}), as({}, two))).toBe("upgrade");
    expect(actionFor(as({}), as({ retries: 5 }))).toBe("reload");
  });

  it("is a reload for other texts, a start where nothing runs, and nothing for the same", () => {
    const other = makeRelease(one, { haproxy: `${HAPROXY}# more\n` });
    expect(actionFor(makeRelease(one), other)).toBe("reload");
    expect(planOn(new MemoryMachine({}), other).action).toBe("start");
    expect(actionFor(other, other)).toBe("none");
  });
});
