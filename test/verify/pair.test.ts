import { describe, expect, it } from "vitest";
import type { DaemonStatus } from "../../src/host/daemon-status.ts";
import { judgePair, type NodeRoles } from "../../src/verify/pair.ts";

type State = "MASTER" | "BACKUP" | "FAULT";

function node(name: string, states: Record<string, State> | undefined): NodeRoles {
  if (states === undefined) return { node: name, daemon: undefined };
  const instances = Object.entries(states).map(([instance, state]) => ({ name: instance, state }));
  return { node: name, daemon: { vrrp: { instances } } as unknown as DaemonStatus };
}

describe("a pair as a whole", () => {
  it("is well with one master per instance, also when both nodes are master of one", () => {
    const dual = [
      node("lb-a", { VI_1: "MASTER", VI_2: "BACKUP" }),
      node("lb-b", { VI_1: "BACKUP", VI_2: "MASTER" }),
    ];
    expect(judgePair(dual)).toEqual([]);
  });

  it("is sick with two masters", () => {
    expect(judgePair([node("lb-a", { VI_1: "MASTER" }), node("lb-b", { VI_1: "MASTER" })])).toEqual([
      "VRRP instance VI_1 has 2 masters (split brain): lb-a MASTER, lb-b MASTER",
    ]);
  });

  it("is sick without a master", () => {
    expect(judgePair([node("lb-a", { VI_1: "FAULT" }), node("lb-b", { VI_1: "BACKUP" })])).toEqual([
      "VRRP instance VI_1 has no master: lb-a FAULT, lb-b BACKUP",
    ]);
  });

  it("is not judged while a node does not answer: that is told elsewhere", () => {
    expect(judgePair([node("lb-a", undefined), node("lb-b", { VI_1: "BACKUP" })])).toEqual([]);
  });
});
