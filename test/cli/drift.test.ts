import { describe, expect, test } from "vitest";
import type { DriftReport } from "../../src/cli/drift/finding.ts";
import { type LookedAt, nodeDrift } from "../../src/cli/drift/node.ts";
import { pairDrift } from "../../src/cli/drift/pair.ts";
import { driftMetrics } from "../../src/cli/drift/textfile.ts";
import { treeDiff } from "../../src/cli/drift/tree-diff.ts";
import type { Audit, DaemonStatus, Observation } from "../../src/host/index.ts";
import { render } from "../../src/render/index.ts";
import { checkStack } from "../../src/stack/index.ts";
import { idleStatus } from "../host/idle-status.ts";
import { binary } from "../render/scenarios.ts";
import { sampleStack } from "../stack/sample.ts";

const VIP = "10.0.0.100/24";
const SINCE = Date.parse("2024-03-01T10:00:00Z");

function daemon(state: "MASTER" | "BACKUP" | "FAULT", change: Partial<DaemonStatus> = {}): DaemonStatus {
  const instance = {
    name: "VI_1",
    state,
    reasons: [],
    interface: "eth0",
    virtualRouterId: 51,
    version: 3,
    family: "ipv4" as const,
    priority: 254,
    effectivePriority: 254,
    advertIntervalMs: 1000,
    addresses: [VIP],
    held: state === "MASTER" ? [VIP] : [],
    master: null,
    lastAdvertHeardMs: null,
    since: SINCE,
    transitions: 1,
    counters: {},
  };
  return {
    ...idleStatus,
    vrrp: { instances: [instance] },
    proxy: null,
    ...change,
  };
}

/** A node exactly as it was deployed, with some things altered. */
function looked(
  node: "lb-a" | "lb-b",
  status: DaemonStatus | undefined,
  addresses: readonly string[],
  change: { readonly found?: Partial<Observation>; readonly audit?: Partial<Audit> } = {},
): LookedAt {
  const [pair] = checkStack(sampleStack()).stack.pairs;
  if (pair === undefined) throw new Error("the sample has a pair");
  const release = render(pair, node, binary);
  const files = Object.fromEntries(
    Object.entries(release.files).map(([name, file]) => [name, { ...file, owner: "root:root" }]),
  );
  const found: Observation = {
    hostname: node,
    architecture: "x86_64",
    kernel: "6",
    files,
    sysctls: release.sysctls,
    service: release.service,
    binary: { sha256: binary.sha256, intact: true },
    releaseId: release.id,
    interfaces: [{ name: "eth0", up: true, mac: "", addresses }],
    proxyUser: true,
    ...(status === undefined ? {} : { daemon: status }),
    ...change.found,
  };
  return { release, found, audit: { files: {}, traces: [], ...change.audit } };
}

const kinds = (at: LookedAt): string[] => nodeDrift(at).map(({ kind, message }) => `${kind}: ${message}`);

describe("a node", () => {
  test("that is as it was deployed has no drift", () => {
    expect(kinds(looked("lb-a", daemon("MASTER"), [VIP]))).toEqual([]);
    expect(kinds(looked("lb-b", daemon("BACKUP"), ["10.0.0.12/24"]))).toEqual([]);
  });

  test("that is master without its address, or has it without being master", () => {
    expect(kinds(looked("lb-a", daemon("MASTER"), []))).toEqual([
      `address-missing: VI_1 is master, and no interface has ${VIP}`,
    ]);
    expect(kinds(looked("lb-b", daemon("BACKUP"), [VIP]))).toEqual([
      `address-foreign: eth0 has the virtual address ${VIP}, and the node is not master of it`,
    ]);
  });

  test("whose proxy has lost its user", () => {
    const { proxyUser: _, ...found } = looked("lb-a", daemon("MASTER"), [VIP]).found;
    expect(kinds({ ...looked("lb-a", daemon("MASTER"), [VIP]), found })).toEqual([
      "user: there is no user and group tandem, as which the proxy starts",
    ]);
  });

  test("whose kernel parameters another file decides at boot, or none", () => {
    const { sysctls } = looked("lb-a", undefined, []).release;
    const boot = Object.fromEntries(
      Object.entries(sysctls).map(([key, value]) => [key, { value, file: "/etc/sysctl.d/90-tandem.conf" }]),
    );
    const key = "net.ipv4.ip_nonlocal_bind";
    const later = { ...boot, [key]: { value: "0", file: "/etc/sysctl.d/99-local.conf" } };
    const files = { "/etc/sysctl.d/99-local.conf": { text: SINCE, any: SINCE } };
    const traces = [{ kind: "command", at: SINCE - 5000, who: "alice by sudo /usr/bin/tee" }] as const;
    const audit = { boot: later, files, traces };
    expect(nodeDrift(looked("lb-a", daemon("MASTER"), [VIP], { audit }))).toMatchObject([
      {
        kind: "sysctl-boot",
        message: `${key} will be 0 after a boot, not 1: /etc/sysctl.d/99-local.conf has the last word`,
        since: "2024-03-01T10:00:00Z",
        who: ["alice by sudo /usr/bin/tee"],
      },
    ]);
    const { [key]: _, ...without } = boot;
    expect(kinds(looked("lb-a", daemon("MASTER"), [VIP], { audit: { boot: without } }))).toEqual([
      `sysctl-boot: no file sets ${key} at boot, it shall be 1`,
    ]);
  });

  test("whose servers were ordered about at run time", () => {
    const server = {
      name: "web-1",
      address: "10.0.0.21:80",
      state: "MAINT",
      weight: 5,
      initialWeight: 1,
      orders: ["maintenance"],
      check: null,
      connections: 0,
      since: SINCE,
    };
    const proxy = {
      frontends: [
        {
          name: "www",
          mode: "http",
          binds: ["10.0.0.100:80"],
          listening: false,
          connections: 0,
          requests: 0,
        },
      ],
      backends: [{ name: "web", mode: "http", servers: [server] }],
    };
    expect(kinds(looked("lb-a", daemon("MASTER", { proxy }), [VIP]))).toEqual([
      "runtime: server web/web-1 is under order: maintenance",
      "runtime: server web/web-1 has weight 5, the file says 1",
      "runtime: frontend www does not listen on 10.0.0.100:80",
    ]);
  });

  test("whose table of the packet filter is gone, with rules of others that keep adverts away", () => {
    const audit = {
      tables: {
        "inet filter": "table inet filter {\n\tip protocol { tcp, vrrp } counter drop\n\ttcp drop\n}",
      },
      wantedTables: { "inet tandem": "table inet tandem {\n}" },
    };
    expect(kinds(looked("lb-a", daemon("MASTER"), [VIP], { audit }))).toEqual([
      "firewall: the packet filter has no table inet tandem",
      "firewall: a rule that was not deployed keeps adverts away: table inet filter: ip protocol { tcp, vrrp } counter drop",
    ]);
  });
});

describe("a pair", () => {
  const of = (first: "MASTER" | "BACKUP" | "FAULT", second: "MASTER" | "BACKUP" | "FAULT") =>
    pairDrift("edge", [looked("lb-a", daemon(first), []), looked("lb-b", daemon(second), [])]).map(
      ({ kind, since }) => `${kind} ${since}`,
    );

  test("has one master", () => {
    expect(of("MASTER", "BACKUP")).toEqual([]);
    expect(of("MASTER", "MASTER")).toEqual(["two-masters 2024-03-01T10:00:00Z"]);
    expect(of("FAULT", "FAULT")).toEqual(["no-master 2024-03-01T10:00:00Z"]);
  });

  test("runs one release", () => {
    const other = { sha256: "1".repeat(64), intact: true };
    const nodes = [
      looked("lb-a", undefined, []),
      looked("lb-b", undefined, [], { found: { binary: other } }),
    ];
    expect(pairDrift("edge", nodes).map(({ kind, message }) => `${kind}: ${message}`)).toEqual([
      "release-differs: lb-a and lb-b run tandemd 000000000000 and 111111111111: a deployment reached one of them only",
    ]);
  });
});

test("metrics count every kind, and a node in sync with 0", () => {
  const report: DriftReport = {
    stack: 'a"b',
    nodes: [
      { pair: "p", node: "n", release: "r" },
      { pair: "p", node: "m", release: "r" },
    ],
    drift: [{ kind: "mode", pair: "p", node: "n", message: "", who: [] }],
  };
  const lines = driftMetrics([report], 1_700_000_000_000).split("\n");
  expect(lines.filter((line) => !line.startsWith("#"))).toEqual([
    'tandem_drift{stack="a\\"b",pair="p",node="m",kind="any"} 0',
    'tandem_drift{stack="a\\"b",pair="p",node="n",kind="any"} 1',
    'tandem_drift{stack="a\\"b",pair="p",node="n",kind="mode"} 1',
    "tandem_drift_checked_seconds 1700000000",
    "",
  ]);
});

test("two definitions are compared by the names of things", () => {
  const before = { list: [{ name: "a", x: 1 }, { name: "b" }], words: ["x"], gone: true };
  const after = {
    list: [
      { name: "b", y: 2 },
      { name: "a", x: 3 },
    ],
    words: ["x", "y"],
  };
  expect(treeDiff(before, after)).toEqual([
    { path: 'list["a"].x', from: 1, to: 3 },
    { path: 'list["b"].y', to: 2 },
    { path: "words", from: ["x"], to: ["x", "y"] },
    { path: "gone", from: true },
  ]);
});
