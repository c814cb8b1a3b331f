import { createColors } from "picocolors";
import { describe, expect, it } from "vitest";
import { holdings, troubles } from "../../src/cli/status/judge.ts";
import { duration, lines } from "../../src/cli/status/lines.ts";
import type { NodeSeen, PairSeen } from "../../src/cli/status/look.ts";
import type { DaemonStatus } from "../../src/host/index.ts";
import { idleStatus } from "../host/idle-status.ts";

type Instance = NonNullable<DaemonStatus["vrrp"]>["instances"][number];
type Server = NonNullable<DaemonStatus["proxy"]>["backends"][number]["servers"][number];

const instance = (change: Partial<Instance>): Instance => ({
  name: "VI_1",
  state: "BACKUP",
  reasons: [],
  interface: "eth0",
  virtualRouterId: 51,
  version: 3,
  family: "ipv4",
  priority: 100,
  effectivePriority: 100,
  advertIntervalMs: 100,
  addresses: ["10.0.0.100/24"],
  held: [],
  master: null,
  lastAdvertHeardMs: null,
  since: 0,
  transitions: 0,
  counters: {},
  ...change,
});
const holds: Partial<Instance> = { state: "MASTER", held: ["10.0.0.100/24"], effectivePriority: 200 };

const server = (name: string, state: string, check: string): Server => ({
  name,
  address: "10.0.0.21:80",
  state,
  weight: 1,
  check,
  connections: 0,
  since: 0,
});

function host(node: string, change: Partial<Instance>, servers = [server("w1", "UP", "L4OK")], requests = 0) {
  const status: DaemonStatus = {
    ...idleStatus,
    vrrp: { instances: [instance(change)] },
    proxy: {
      frontends: [{ name: "www", mode: "http", binds: [], listening: true, connections: 3, requests }],
      backends: [{ name: "web", mode: "http", servers }],
    },
  };
  return { node, status } satisfies NodeSeen;
}
const pair = (...nodes: NodeSeen[]): PairSeen => ({ pair: "web", nodes });

describe("tandem status", () => {
  it("finds nothing wrong with a pair whose address is on one host", () => {
    const seen = pair(host("lb-a", holds), host("lb-b", {}));
    expect(holdings(seen)).toEqual([{ instance: "VI_1", address: "10.0.0.100/24", holders: ["lb-a"] }]);
    expect(troubles(seen)).toEqual([]);
  });

  it("names an address that nobody or everybody holds, a host that is silent and one that nobody hears", () => {
    expect(troubles(pair(host("lb-a", {}), host("lb-b", {})))).toEqual(["10.0.0.100/24 is held by no host"]);
    expect(troubles(pair(host("lb-a", holds), host("lb-b", holds)))).toEqual([
      "10.0.0.100/24 is held by lb-a and lb-b at once",
    ]);
    const silent = { node: "lb-b", problem: "connection refused" };
    expect(troubles(pair(host("lb-a", { ...holds, heardByPeer: false }), silent))).toEqual([
      "lb-a: nobody hears VI_1",
      "lb-b: connection refused",
    ]);
  });

  it("names faults with their reasons, and servers with what their check said", () => {
    const servers = [
      server("w1", "UP", "L4OK"),
      server("w2", "DOWN", "L4CON"),
      server("w3", "MAINT", "L4OK"),
    ];
    const fault: Partial<Instance> = { state: "FAULT", reasons: ["interface eth0 is down"] };
    expect(troubles(pair(host("lb-a", holds, servers), host("lb-b", fault)))).toEqual([
      "lb-a: web/w2 is DOWN (L4CON)",
      "lb-a: web/w3 is MAINT (L4OK)",
      "lb-b: VI_1 is in FAULT",
      "lb-b: VI_1: interface eth0 is down",
    ]);
  });

  it("prints a block for each pair, with rates from the look before", () => {
    const at = (time: number, requests: number) => ({
      at: time,
      pairs: [pair(host("lb-a", holds, undefined, requests), { node: "lb-b", problem: "no answer" })],
    });
    const text = lines(at(62_000, 150), at(60_000, 100), createColors(false));
    expect(text).toEqual([
      "web: not well",
      "  10.0.0.100/24  VI_1  held by lb-a",
      "  lb-a  VI_1 MASTER 200 · 1/1 servers up · 3 connections · 25.0 requests/s · up for 1 min 2 s",
      "  lb-b  not known",
      "  ! lb-b: no answer",
    ]);
    expect(lines(at(62_000, 150), undefined, createColors(false))[2]).toContain("150 requests ·");
  });

  it("prints nothing for no pair, and a hundred blocks for a hundred, each host asked or not", () => {
    expect(lines({ at: 0, pairs: [] }, undefined, createColors(false))).toEqual([]);
    const silent = { node: "lb-b", problem: "no route to host" };
    const pairs = Array.from({ length: 100 }, (_, at) => ({
      pair: `web-${at}`,
      nodes: [host("lb-a", holds), at % 2 === 0 ? silent : host("lb-b", {})],
    }));
    const text = lines({ at: 0, pairs }, { at: -1000, pairs: [] }, createColors(false));
    expect(text.filter((line) => /^web-\d+: /.test(line))).toHaveLength(100);
    expect(text.filter((line) => line === "  ! lb-b: no route to host")).toHaveLength(50);
  });

  it("says how long in two units at most", () => {
    expect([0, 59_000, 3_600_000, 90_061_000].map(duration)).toEqual(["0 s", "59 s", "1 h", "1 d 1 h"]);
  });
});
