import fc from "fast-check";
import type { PairInput, StackInput } from "../../src/stack/index.ts";

const name = (prefix: string): fc.Arbitrary<string> =>
  fc.stringMatching(/^[A-Za-z0-9_-]{0,20}$/).map((tail) => `${prefix}${tail}`);
const time = (least: number, most: number): fc.Arbitrary<`${number}ms`> =>
  fc.integer({ min: least, max: most }).map((ms) => `${ms}ms` as const);
const wholeSeconds = (most: number): fc.Arbitrary<`${number}s`> =>
  fc.integer({ min: 1, max: most }).map((s) => `${s}s` as const);

const check = fc.oneof(
  fc.constant({ kind: "tcp" as const }),
  fc.record({
    kind: fc.constant("tcp" as const),
    interval: time(10, 5000),
    rise: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({
    kind: fc.constant("http" as const),
    path: fc.webPath().filter((path) => /^\/[A-Za-z0-9/._-]*$/.test(path)),
    expectStatus: fc.constantFrom("200", "200-299", "200-299,304"),
  }),
);

const backendOf = (mode: "http" | "tcp", index: number) =>
  fc.record({
    name: name(`b${index}-`),
    mode: fc.constant(mode),
    balance: fc.constantFrom("roundrobin" as const, "leastconn" as const, "source" as const),
    healthCheck: check,
    servers: fc.integer({ min: 1, max: 4 }).chain((count) =>
      fc.tuple(
        ...Array.from({ length: count }, (_, i) =>
          fc.record({
            name: name(`s${i}-`),
            address: fc.integer({ min: 21, max: 250 }).map((n) => `10.1.${i}.${n}`),
            port: fc.integer({ min: 1, max: 65535 }),
            weight: fc.integer({ min: 0, max: 256 }),
            backup: fc.boolean(),
          }),
        ),
      ),
    ),
  });

const instanceOf = (index: number, master: string, version: 2 | 3) =>
  fc.record(
    {
      name: name(`VI_${index}_`),
      virtualRouterId: fc.constant(index + 1),
      master: fc.constant(master),
      version: fc.constant(version),
      advertInterval:
        version === 2
          ? wholeSeconds(20)
          : fc.integer({ min: 1, max: 400 }).map((n) => `${n * 10}ms` as const),
      vips: fc.constant(index).map((i) => [{ address: `10.0.0.${100 + i}/24` }]),
      nopreempt: fc.boolean(),
      trackProxy: fc.boolean(),
      transport: fc.constantFrom({ kind: "multicast" as const }, { kind: "unicast" as const }),
    },
    { requiredKeys: ["name", "virtualRouterId", "master", "version", "advertInterval", "vips"] },
  );

const host = (name: string, last: number): PairInput["nodes"][0] => ({
  name,
  address: `10.0.0.${last}`,
  interface: "eth0",
  interfaceAddress: `10.0.0.${last}/24`,
});

/** Stacks that are valid by construction, of one pair with a few of everything. */
export const validStack: fc.Arbitrary<StackInput> = fc
  .record({
    nodes: fc.tuple(name("lb-a"), name("lb-b")),
    modes: fc.array(fc.constantFrom("http" as const, "tcp" as const), { minLength: 1, maxLength: 3 }),
    versions: fc.array(fc.constantFrom(2 as const, 3 as const), { minLength: 1, maxLength: 3 }),
    swap: fc.boolean(),
  })
  .chain(({ nodes, modes, versions, swap }) =>
    fc
      .record({
        backends: fc.tuple(...modes.map(backendOf)),
        instances: fc.tuple(...versions.map((version, i) => instanceOf(i, nodes[swap ? 1 : 0], version))),
      })
      .map(
        ({ backends, instances }): StackInput => ({
          name: "random",
          pairs: [
            {
              name: "edge",
              nodes: [host(nodes[0], 11), host(nodes[1], 12)] as const,
              vrrpInstances: instances,
              frontends: backends.map((backend, i) => ({
                name: `f${i}`,
                mode: backend.mode,
                binds: [{ address: "10.0.0.100", port: 8000 + i }],
                defaultBackend: backend.name,
              })),
              backends,
            },
          ],
        }),
      ),
  );
