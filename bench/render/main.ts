import { cpuUsage, resourceUsage } from "node:process";
import { render } from "../../src/render/index.ts";
import { parseStack, type StackInput } from "../../src/stack/index.ts";

// How long a large fleet takes from the definition to the rendered releases of every host:
//   node --import tsx bench/render/main.ts [PAIRS] [SERVERS]
const [pairs = 1000, servers = 100] = process.argv.slice(2).map(Number);

/** Addresses counted through 10.0.0.0/8, so that no two hosts have the same. */
let next = 0;
const address = (): string => {
  next++;
  return `10.${(next >> 16) & 255}.${(next >> 8) & 255}.${next & 255}`;
};

function pair(number: number): StackInput["pairs"][number] {
  // Every pair has a /24 of its own: the hosts, the virtual address, then the servers.
  next = ((next >> 8) + 1) << 8;
  const [a, b, vip] = [address(), address(), address()];
  const node = (name: string, own: string) => ({
    name: `${name}-${number}`,
    address: own,
    interface: "eth0",
    interfaceAddress: `${own}/24`,
  });
  return {
    name: `web-${number}`,
    nodes: [node("lb-a", a), node("lb-b", b)],
    vrrpInstances: [
      { name: "VI_1", virtualRouterId: 51, master: `lb-a-${number}`, vips: [{ address: `${vip}/24` }] },
    ],
    frontends: [{ name: "www", mode: "http", binds: [{ address: vip, port: 80 }], defaultBackend: "web" }],
    backends: [
      {
        name: "web",
        mode: "http",
        healthCheck: { kind: "http" },
        servers: Array.from({ length: servers }, (_, i) => ({
          name: `web-${i}`,
          address: address(),
          port: 80,
        })),
      },
    ],
  };
}

const binary = { sha256: "0".repeat(64), version: "0.1.0" };
const input: StackInput = { name: "fleet", pairs: Array.from({ length: pairs }, (_, i) => pair(i)) };

const measured = <T>(what: string, work: () => T): T => {
  const [began, cpu] = [performance.now(), cpuUsage()];
  const result = work();
  const used = cpuUsage(cpu);
  const ms = (used.user + used.system) / 1000;
  console.log(`${what}: ${(performance.now() - began).toFixed(0)} ms, of it ${ms.toFixed(0)} ms of CPU`);
  return result;
};

const stack = measured("check", () => parseStack(input));
const releases = measured("render", () =>
  stack.pairs.flatMap((one) => one.nodes.map((node) => render(one, node.name, binary).id)),
);
const memory = resourceUsage().maxRSS / 1024;
console.log(`${releases.length} hosts, ${pairs * servers} servers, at most ${memory.toFixed(0)} MB`);
