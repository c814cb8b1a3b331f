import { expect, test } from "vitest";
import { ExitCode, TandemError } from "../../src/diagnostics/index.ts";
import { durationMs, inspectStack, parseStack } from "../../src/stack/index.ts";
import { found, samplePair, sampleStack } from "./sample.ts";

/** A deep copy without types, to be spoilt. */
// biome-ignore lint/suspicious/noExplicitAny: broken input is the point
const loose = (): any => structuredClone(sampleStack());

const hintOf = (input: unknown): string | undefined => inspectStack(input).problems[0]?.hint;

test("a stack of required fields only is whole once parsed", () => {
  const stack = parseStack(sampleStack());
  expect(stack.pairs[0]?.proxy.timeoutsMs).toEqual({
    connect: 5000,
    client: 30000,
    server: 30000,
    queue: 30000,
    httpRequest: 10000,
    httpKeepAlive: 10000,
    check: 5000,
  });
  expect(stack.pairs[0]?.nodes[0].connection).toMatchObject({
    user: "root",
    port: 22,
    auth: [{ kind: "agent" }],
  });
  expect(JSON.stringify(stack)).not.toContain("null");
});

test("parsing again gives the same, and the input is left as it was", () => {
  const input = sampleStack();
  const before = structuredClone(input);
  expect(parseStack(input)).toEqual(parseStack(input));
  expect(input).toEqual(before);
});

test("unknown keys are errors at every level, with the nearest known key", () => {
  const input = loose();
  input.pairs[0].backends[0].servers[0].adress = "10.0.0.9";
  expect(found(input)).toEqual(["pairs.0.backends.0.servers.0.adress STACK_UNKNOWN_KEY"]);
  expect(hintOf(input)).toBe('did you mean "address"?');
});

test("a key that has its place elsewhere is sent there", () => {
  const input = loose();
  input.pairs[0].vrrp = { authentication: { kind: "none" } };
  expect(found(input)).toEqual(["pairs.0.vrrp.authentication STACK_UNKNOWN_KEY"]);
  expect(hintOf(input)).toBe("it has its place in pairs[].vrrpInstances[]");
  // Of places with the same name the nearest: VRRP instances have an interface of their own, too.
  const placed = loose();
  placed.pairs[0].nodes[0].ssh = { interfaceAddress: "10.0.0.11/24" };
  expect(hintOf(placed)).toBe("it has its place in pairs[].nodes[]");
});

test("keys of another variant are told by the variant that is meant", () => {
  const input = loose();
  input.pairs[0].backends[0].healthCheck = { kind: "tcp", pathh: "/" };
  expect(found(input)).toEqual(["pairs.0.backends.0.healthCheck.pathh STACK_UNKNOWN_KEY"]);
  input.pairs[0].backends[0].healthCheck = { kind: "tcp", path: "/" };
  expect(hintOf(input)).toMatch(/^write one of "kind"/);
  const ssh = loose();
  ssh.pairs[0].nodes[0].ssh = { authentication: [{ kind: "agnt" }] };
  expect(found(ssh)).toEqual(["pairs.0.nodes.0.ssh.authentication.0.kind STACK_VALUE_UNKNOWN"]);
  expect(hintOf(ssh)).toBe('did you mean "agent"?');
});

test("all problems come at once, those of the schema and those of the cross checks", () => {
  const input = loose();
  input.pairs[0].nodes[0].name = "lb a\n";
  input.pairs[0].vrrpInstances[0].virtualRouterId = "51";
  input.pairs[0].vrrpInstances[0].vips[0].address = "10.9.0.100/24";
  input.pairs[0].frontends[0].binds[0].port = 70000;
  input.pairs[0].frontends[0].defaultBackend = "wbe";
  input.pairs[0].backends[0].servers = [];
  input.nmae = 1;
  expect(found(input).sort()).toEqual([
    "nmae STACK_UNKNOWN_KEY",
    "pairs.0.backends.0 STACK_UNUSED",
    "pairs.0.backends.0.servers STACK_BACKEND_WITHOUT_SERVERS",
    "pairs.0.frontends.0.binds.0.address STACK_BIND_FOREIGN_ADDRESS",
    "pairs.0.frontends.0.binds.0.port STACK_VALUE_OUT_OF_RANGE",
    "pairs.0.frontends.0.defaultBackend STACK_UNKNOWN_REFERENCE",
    "pairs.0.nodes.0.name STACK_NAME_INVALID",
    "pairs.0.vrrpInstances.0.master STACK_UNKNOWN_REFERENCE",
    "pairs.0.vrrpInstances.0.vips.0.address STACK_VIP_OUTSIDE_SUBNET",
    "pairs.0.vrrpInstances.0.virtualRouterId STACK_WRONG_TYPE",
  ]);
});

test("parseStack throws them with the exit code of an invalid stack", () => {
  const input = loose();
  delete input.pairs[0].nodes;
  const thrown = (() => {
    try {
      parseStack(input);
    } catch (error) {
      return error;
    }
  })();
  expect(thrown).toBeInstanceOf(TandemError);
  expect((thrown as TandemError).exitCode).toBe(ExitCode.invalidStack);
  expect((thrown as TandemError).message).toContain(
    'pairs[0].nodes: error[STACK_MISSING]: "nodes" is missing',
  );
});

test.each([
  undefined,
  null,
  1,
  "x",
  [],
  {},
  { name: "x" },
  { name: "x", pairs: [] },
  { name: "x", pairs: [null] },
])("no input makes it crash: %j", (input) => {
  expect(inspectStack(input).problems.length).toBeGreaterThan(0);
});

test("a pair has exactly two nodes", () => {
  const input = loose();
  input.pairs[0].nodes.push(samplePair().nodes[0]);
  expect(found(input)[0]).toBe("pairs.0.nodes STACK_WRONG_COUNT");
});

test.each([
  ["100ms", 100],
  ["1s", 1000],
  ["0.3s", 300],
  ["1.5s", 1500],
  ["2m", 120_000],
  ["250us", 0.25],
])("%s is %d ms", (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});

test.each(["1", "s", "1 s", "-1s", "1e3s", "1sec", "0x1s", "Infinitys"])("%j is no time", (text) => {
  expect(durationMs(text)).toBeNaN();
});
