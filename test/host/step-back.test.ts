import { expect, test } from "vitest";
import { ledForAnother } from "../../src/host/apply/step-back.ts";
import type { DaemonStatus } from "../../src/host/daemon-status.ts";
import type { HostFacts } from "../../src/host/observe/facts.ts";
import { idleStatus } from "./idle-status.ts";
import { makeRelease } from "./make-release.ts";

type Instance = NonNullable<DaemonStatus["vrrp"]>["instances"][number];
type Peer = NonNullable<Instance["peers"]>[number];

const release = makeRelease(
  { sha256: "a".repeat(64), version: "0.1.0" },
  { requires: { backupOf: ["VI_1"] } },
);

const peer: Peer = {
  address: "10.0.0.11",
  state: "BACKUP",
  priority: 254,
  lastAdvertHeardMs: null,
  lastReportMs: 100,
  heardUsMs: 10,
  hearsUs: true,
  addressListDiffers: false,
};

const instance: Instance = {
  name: "VI_1",
  state: "MASTER",
  reasons: [],
  interface: "eth0",
  virtualRouterId: 51,
  version: 3,
  family: "ipv4",
  priority: 253,
  effectivePriority: 253,
  advertIntervalMs: 100,
  addresses: ["10.0.0.100/24"],
  held: ["10.0.0.100/24"],
  master: null,
  lastAdvertHeardMs: null,
  peers: [peer],
  since: 0,
  transitions: 1,
  counters: {},
};

const led = (change: Partial<Instance>, status: Partial<DaemonStatus> = {}) =>
  ledForAnother(release, {
    daemon: { ...idleStatus, vrrp: { instances: [{ ...instance, ...change }] }, ...status },
  } as HostFacts);

test("a backup by preference that leads steps back for the other, which would win an election", () => {
  expect(led({})).toEqual(["VI_1"]);
  // One that was asked to stay backup comes when it is asked back.
  expect(led({ peers: [{ ...peer, priority: 1 }] })).toEqual(["VI_1"]);
});

test.each<[string, Partial<Instance>, Partial<DaemonStatus>?]>([
  ["is backup", { state: "BACKUP" }],
  ["leads an instance that it is preferred for", { name: "VI_2" }],
  ["has no peer that says anything", { peers: [{ ...peer, state: null, priority: null, hearsUs: null }] }],
  ["has a peer that does not hear it any more", { peers: [{ ...peer, hearsUs: false }] }],
  ["has a peer in FAULT", { peers: [{ ...peer, state: "FAULT" }] }],
  ["has a peer whose checks fail, with the lower priority", { peers: [{ ...peer, priority: 100 }] }],
  ["is Debian's keepalived", {}, { units: ["keepalived.service"] }],
])("one that %s is changed where it is", (_, change, status) => {
  expect(led(change, status)).toEqual([]);
});
