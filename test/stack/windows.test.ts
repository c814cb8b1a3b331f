import { expect, test } from "vitest";
import { render } from "../../src/render/index.ts";
import { checkSecret, type PairInput, parseStack } from "../../src/stack/index.ts";
import { binary } from "../render/scenarios.ts";
import { found, pairWith, sampleStack } from "./sample.ts";

type Page = NonNullable<PairInput["statistics"]>;

const paged = (statistics: Page, rest: Partial<PairInput> = {}) =>
  sampleStack(pairWith({ statistics, ...rest }));
const plain = (value: string) => ({ kind: "plain", value }) as const;

function rendered(statistics: Page, node = "lb-a") {
  const [pair] = parseStack(paged(statistics)).pairs;
  if (pair === undefined) throw new RangeError("the sample has a pair");
  const release = render(pair, node, binary);
  return { release, file: release.files["haproxy.cfg"] };
}

test("a page needs nothing but to be wished, and is on each node's own address", () => {
  expect(found(paged({}))).toEqual([]);
  expect(rendered({}, "lb-a").file?.text).toContain(
    "listen statistics\n    mode http\n    bind 10.0.0.11:8404\n",
  );
  expect(rendered({}, "lb-b").file?.text).toContain("    bind 10.0.0.12:8404\n");
  expect(rendered({}, "lb-b").release.requires.listens).toContainEqual({
    address: "10.0.0.12",
    port: 8404,
    frontend: "statistics",
  });
});

test("the file that holds a password is readable by root alone, and shows none", () => {
  const { file, release } = rendered({ users: [{ name: "ops", password: plain("0riginal") }] });
  expect(file?.mode).toBe(0o600);
  expect(file?.text).toContain("stats auth ops:@@secret:statistics.ops.password@@\n");
  expect(JSON.stringify(release)).not.toContain("0riginal");
  expect(release.secretNames).toContain("statistics.ops.password");
});

test("a page of a frontend stands behind its redirect and before its further lines", () => {
  const at = { kind: "frontend", frontend: "www" } as const;
  expect(found(paged({ at }))).toEqual([]);
  expect(rendered({ at }).file?.text).toMatch(
    /frontend www\n[\s\S]*?stats uri \/stats\n[\s\S]*?default_backend web\n/,
  );
});

test("a page is at an http frontend that is there, on a port and under a name that are free", () => {
  const at = (frontend: string) => ({ at: { kind: "frontend", frontend } }) as const;
  const [www] = pairWith({}).frontends ?? [];
  if (www === undefined) throw new RangeError("the sample has a frontend");
  const tcp = { name: "tcp", mode: "tcp", binds: [{ address: "*", port: 8404 }] } as const;
  const raw = { directives: ["use_backend web"] };
  expect(found(paged(at("wwww")))).toEqual(["pairs.0.statistics.at.frontend STACK_UNKNOWN_REFERENCE"]);
  expect(found(paged(at("tcp"), { frontends: [www, { ...tcp, ...raw }] }))).toEqual([
    "pairs.0.statistics.at.frontend STACK_STATISTICS_NEEDS_HTTP",
  ]);
  expect(found(paged({}, { frontends: [www, { ...tcp, ...raw }] }))).toEqual([
    "pairs.0.statistics.at STACK_LISTEN_TWICE",
    "pairs.0.statistics.at STACK_LISTEN_TWICE",
  ]);
  expect(found(paged({ at: { kind: "own", name: "web" } }))).toEqual([
    "pairs.0.statistics.at.name STACK_NAME_TWICE",
  ]);
  expect(found(paged({ at: { kind: "own", address: "10.0.0.77" } }))).toEqual([
    "pairs.0.statistics.at.address STACK_BIND_FOREIGN_ADDRESS",
  ]);
  const tls = { certificates: ["site"] };
  expect(found(paged({ at: { kind: "own", tls } }))).toEqual([
    "pairs.0.statistics.at.tls.certificates.0 STACK_UNKNOWN_REFERENCE",
  ]);
});

test("scope, metrics, users and conditions that cannot be meant are errors at their place", () => {
  expect(found(paged({ scope: [".", "web", "wbe"] }))).toEqual([
    "pairs.0.statistics.scope.2 STACK_UNKNOWN_REFERENCE",
  ]);
  expect(found(paged({ uri: "/m", prometheus: "/m" }))).toEqual([
    "pairs.0.statistics.prometheus STACK_STATISTICS_HIDDEN",
  ]);
  const users = [
    { name: "ops", password: plain("good,enough:1") },
    { name: "ops", password: plain("two words") },
  ];
  expect(found(paged({ users }))).toEqual([
    "pairs.0.statistics.users.1.name STACK_NAME_TWICE",
    "pairs.0.statistics.users.1.password.value STACK_PASSWORD_UNSAFE",
  ]);
  expect(found(paged({ admin: "always" }))).toEqual(["pairs.0.statistics.admin STACK_TEXT_UNSAFE"]);
  expect(found(paged({ uri: "/a b" }))).toEqual(["pairs.0.statistics.uri STACK_TEXT_UNSAFE"]);
});

test.each([
  ["", "STACK_PASSWORD_EMPTY"],
  ["a#b", "STACK_PASSWORD_UNSAFE"],
  ['a"b', "STACK_PASSWORD_UNSAFE"],
  ["a\nb", "STACK_PASSWORD_UNSAFE"],
  ["x".repeat(256), "STACK_PASSWORD_UNSAFE"],
])("the password %j of a user is refused without being told", (value, code) => {
  const problems = checkSecret("statistics.ops.password", value);
  expect(problems.map((problem) => problem.code)).toEqual([code]);
  if (value !== "") expect(JSON.stringify(problems)).not.toContain(value);
});

test("a runtime socket has a path and a mode that are one", () => {
  const socketed = (change: object) => sampleStack(pairWith({ proxy: { runtimeSocket: change } }));
  expect(found(socketed({}))).toEqual([]);
  expect(found(socketed({ path: "admin.sock" }))).toEqual([
    "pairs.0.proxy.runtimeSocket.path STACK_TEXT_UNSAFE",
  ]);
  expect(found(socketed({ mode: "999" }))).toEqual(["pairs.0.proxy.runtimeSocket.mode STACK_TEXT_UNSAFE"]);
});
