import { expect, test } from "vitest";
import type { PairInput } from "../../src/stack/index.ts";
import { found, pairWith, samplePair, sampleStack } from "./sample.ts";

type Frontend = NonNullable<PairInput["frontends"]>[number];
type Backend = NonNullable<PairInput["backends"]>[number];

const [www] = samplePair().frontends ?? [];
const [web] = samplePair().backends ?? [];
if (www === undefined || web === undefined) throw new RangeError("the sample has a frontend and a backend");

const listening = (...binds: Frontend["binds"][]): ReturnType<typeof sampleStack> =>
  sampleStack(pairWith({ frontends: binds.map((list, i) => ({ ...www, name: `www${i}`, binds: list })) }));
const backed = (change: Partial<Backend>): ReturnType<typeof sampleStack> =>
  sampleStack(pairWith({ backends: [{ ...web, ...change } as Backend] }));

test("two frontends on one address and port are an error, wildcards included, families apart", () => {
  const vip = { address: "10.0.0.100", port: 80 };
  expect(found(listening([vip], [vip]))).toEqual(["pairs.0.frontends.1.binds.0 STACK_LISTEN_TWICE"]);
  expect(found(listening([{ address: "*", port: 80 }], [vip]))).toEqual([
    "pairs.0.frontends.1.binds.0 STACK_LISTEN_TWICE",
  ]);
  expect(found(listening([vip, { address: "0.0.0.0", port: 80 }]))).toEqual([
    "pairs.0.frontends.0.binds.1 STACK_LISTEN_TWICE",
  ]);
  expect(found(listening([{ address: "*", port: 80 }], [{ address: "::", port: 80 }]))).toEqual([]);
  expect(found(listening([vip], [{ address: "10.0.0.100", port: 81 }]))).toEqual([]);
  expect(found(listening([]))).toEqual(["pairs.0.frontends.0.binds STACK_FRONTEND_WITHOUT_BIND"]);
});

test("shared tables have a port of their own at each node", () => {
  const wildcard = [{ address: "*", port: 10_000 }];
  const sharing = (change: Partial<PairInput>): ReturnType<typeof found> =>
    found(sampleStack(pairWith({ frontends: [{ ...www, binds: wildcard }], ...change })));
  expect(sharing({})).toEqual([]);
  const clash = "pairs.0.sharedTables.port STACK_LISTEN_TWICE";
  expect(sharing({ sharedTables: {} })).toEqual([clash, clash]);
  expect(sharing({ sharedTables: { port: 10_001 } })).toEqual([]);
});

test("a frontend listens on virtual addresses, wildcards or loopback, not on one node's address", () => {
  expect(found(listening([{ address: "10.0.0.11", port: 80 }]))).toEqual([
    "pairs.0.frontends.0.binds.0.address STACK_BIND_FOREIGN_ADDRESS",
  ]);
  expect(found(listening([{ address: "127.0.0.1", port: 80 }]))).toEqual([]);
  expect(found(sampleStack(pairWith({ kernel: { nonlocalBind: false } })))).toEqual([
    "pairs.0.frontends.0.binds.0.address STACK_BIND_NEEDS_NONLOCAL",
  ]);
});

test("a backend has servers and says how they are checked", () => {
  expect(found(backed({ servers: [] }))).toEqual([
    "pairs.0.backends.0.servers STACK_BACKEND_WITHOUT_SERVERS",
  ]);
  expect(found(backed({ healthCheck: { kind: "none" } }))).toEqual([
    "pairs.0.backends.0.healthCheck STACK_BACKEND_UNCHECKED",
  ]);
  expect(
    found(backed({ servers: (web.servers ?? []).map((server) => ({ ...server, check: false })) })),
  ).toEqual(["pairs.0.backends.0.servers STACK_BACKEND_WITHOUT_CHECK"]);
  const { healthCheck: _, ...silent } = web;
  expect(found(sampleStack(pairWith({ backends: [silent as Backend] })))).toEqual([
    "pairs.0.backends.0.healthCheck STACK_BACKEND_WITHOUT_CHECK",
  ]);
});

test("a backend whose servers all have weight 0, or are all backups, is warned of", () => {
  const all = (change: object) =>
    found(backed({ servers: (web.servers ?? []).map((server) => ({ ...server, ...change })) }));
  expect(all({ weight: 0 })).toEqual(["pairs.0.backends.0.servers STACK_SERVERS_ALL_IDLE"]);
  expect(all({ backup: true })).toEqual(["pairs.0.backends.0.servers STACK_SERVERS_ALL_BACKUP"]);
});

test("a server that is the pair's own frontend would send requests round in a circle", () => {
  expect(found(backed({ servers: [{ name: "self", address: "10.0.0.100", port: 80 }] }))).toEqual([
    "pairs.0.backends.0.servers.0.address STACK_SERVER_IS_FRONTEND",
  ]);
});

test("frontend and backend have one mode, and a tcp frontend no http log", () => {
  expect(found(backed({ mode: "tcp" }))).toEqual(["pairs.0.frontends.0.defaultBackend STACK_MODES_DIFFER"]);
  const tcp: Frontend = {
    name: "db",
    mode: "tcp",
    binds: www.binds,
    defaultBackend: "web",
    logFormat: "http",
  };
  expect(
    found(
      sampleStack(
        pairWith({ frontends: [tcp], backends: [{ ...web, mode: "tcp", healthCheck: { kind: "tcp" } }] }),
      ),
    ),
  ).toEqual(["pairs.0.frontends.0.logFormat STACK_LOG_FORMAT_NEEDS_HTTP"]);
});

test("unknown references name the nearest that exists, unused things are warned of", () => {
  expect(found(sampleStack(pairWith({ frontends: [{ ...www, defaultBackend: "wbe" }] })))).toEqual([
    "pairs.0.frontends.0.defaultBackend STACK_UNKNOWN_REFERENCE",
    "pairs.0.backends.0 STACK_UNUSED",
  ]);
});

test("a certificate that is not there, one that nobody uses, and browsers told of TLS without it", () => {
  const binds = [{ address: "10.0.0.100", port: 443, tls: { certificates: ["sight"] } }];
  const pair = pairWith({
    certificates: [{ kind: "hostFile", name: "site", path: "/etc/ssl/private/site.pem" }],
    frontends: [{ ...www, binds }],
  });
  expect(found(sampleStack(pair))).toEqual([
    "pairs.0.frontends.0.binds.0.tls.certificates.0 STACK_UNKNOWN_REFERENCE",
    "pairs.0.certificates.0 STACK_UNUSED",
  ]);
  const clear = pairWith({ frontends: [{ ...www, mode: "http" as const, hsts: "365d" }] });
  expect(found(sampleStack(clear))).toEqual(["pairs.0.frontends.0.hsts STACK_HSTS_WITHOUT_TLS"]);
});
