import { expect, expectTypeOf, test } from "vitest";
import { type Duration, definePair, defineStack, type StackInput } from "../../src/index.ts";
import { parseStack } from "../../src/stack/index.ts";

const nodes = [
  { name: "lb-a", address: "10.0.0.11", interface: "eth0", interfaceAddress: "10.0.0.11/24" },
  { name: "lb-b", address: "10.0.0.12", interface: "eth0", interfaceAddress: "10.0.0.12/24" },
] as const;

test("parts may be shared as constant data", () => {
  const servers = [{ name: "web-1", address: "10.0.0.21", port: 80 }] as const;
  const stack = defineStack({
    name: "constant",
    pairs: [
      {
        name: "edge",
        nodes,
        vrrpInstances: [
          { name: "VI_1", virtualRouterId: 51, master: "lb-b", vips: [{ address: "10.0.0.100/24" }] },
        ],
        frontends: [
          { name: "www", mode: "http", binds: [{ address: "*", port: 80 }], defaultBackend: "web" },
        ],
        backends: [{ name: "web", mode: "http", healthCheck: { kind: "tcp" }, servers }],
      },
    ],
  });
  expectTypeOf(stack).toEqualTypeOf<StackInput>();
  expect(parseStack(stack).pairs[0]?.instances[0]?.master).toBe("lb-b");
});

test("parts may be computed: names that only the run knows are checked then", () => {
  const addresses = ["10.0.0.21", "10.0.0.22"];
  const pairOf = (name: string, group: number) =>
    definePair({
      name,
      nodes: [
        { ...nodes[0], name: `${name}-a`, interfaceAddress: `10.${group}.0.11/24` },
        { ...nodes[1], name: `${name}-b`, interfaceAddress: `10.${group}.0.12/24` },
      ],
      vrrpInstances: [
        {
          name: "VI_1",
          virtualRouterId: group,
          master: `${name}-a`,
          vips: [{ address: `10.${group}.0.100/24` }],
        },
      ],
      frontends: [{ name: "www", mode: "tcp", binds: [{ address: "*", port: 80 }], defaultBackend: "web" }],
      backends: [
        {
          name: "web",
          mode: "tcp",
          healthCheck: { kind: "tcp" },
          servers: addresses.map((address, i) => ({ name: `web-${i}`, address, port: 80 })),
        },
      ],
    });
  const stack = defineStack({ name: "computed", pairs: [pairOf("east", 1), pairOf("west", 2)] });
  expect(parseStack(stack).pairs.map((pair) => pair.instances[0]?.master)).toEqual(["east-a", "west-a"]);
});

test("a duration is a number and a unit", () => {
  expectTypeOf<"100ms">().toExtend<Duration>();
  expectTypeOf<"100">().not.toExtend<Duration>();
});
