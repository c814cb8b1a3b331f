import type { Problem } from "../../src/diagnostics/index.ts";
import { inspectStack, type PairInput, type StackInput } from "../../src/stack/index.ts";

/** A pair with everything that is required and nothing else; each call makes a new object. */
export function samplePair(): PairInput {
  return {
    name: "edge",
    nodes: [
      { name: "lb-a", address: "10.0.0.11", interface: "eth0", interfaceAddress: "10.0.0.11/24" },
      { name: "lb-b", address: "10.0.0.12", interface: "eth0", interfaceAddress: "10.0.0.12/24" },
    ],
    vrrpInstances: [
      { name: "VI_1", virtualRouterId: 51, master: "lb-a", vips: [{ address: "10.0.0.100/24" }] },
    ],
    frontends: [
      { name: "www", mode: "http", binds: [{ address: "10.0.0.100", port: 80 }], defaultBackend: "web" },
    ],
    backends: [
      {
        name: "web",
        mode: "http",
        healthCheck: { kind: "http" },
        servers: [
          { name: "web-1", address: "10.0.0.21", port: 80 },
          { name: "web-2", address: "10.0.0.22", port: 80 },
        ],
      },
    ],
  };
}

export function sampleStack(...pairs: PairInput[]): StackInput {
  return { name: "prod", pairs: pairs.length === 0 ? [samplePair()] : pairs };
}

/** The sample pair with some of its fields replaced. */
export function pairWith(changes: Partial<PairInput>): PairInput {
  return { ...samplePair(), ...changes };
}

/** The sample pair's one instance with some of its fields replaced, in a stack. */
export function instanceWith(
  changes: Partial<PairInput["vrrpInstances"][number]>,
  pair: Partial<PairInput> = {},
): StackInput {
  const [instance] = samplePair().vrrpInstances;
  if (instance === undefined) throw new RangeError("the sample has an instance");
  return sampleStack(pairWith({ ...pair, vrrpInstances: [{ ...instance, ...changes }] }));
}

/** `path code` of every problem, as a test compares them. */
export function found(input: unknown): string[] {
  return inspectStack(input).problems.map((problem) => `${pathOf(problem)} ${problem.code}`);
}

export function pathOf(problem: Problem): string {
  return problem.where?.kind === "path" ? problem.where.path.join(".") : "";
}
