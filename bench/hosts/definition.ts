import type { Lab, LabHost } from "../../lab/index.ts";
import { definePair, parseStack, type ResolvedPair } from "../../src/stack/index.ts";

export type Interval = `${number}ms` | `${number}s`;

export const contenders = ["tandem", "debian"] as const;
export type Contender = (typeof contenders)[number];

/** Hosts of each contender, the preferred master first. */
export const members: Record<Contender, readonly [string, string]> = {
  tandem: ["lb-a", "lb-b"],
  debian: ["deb-a", "deb-b"],
};

/** One definition, rendered for two pairs of one lab: tandemd runs the first, Debian's packages the second. */
export function benchPairs(lab: Lab, advert: Interval): ReadonlyMap<Contender, ResolvedPair> {
  const stack = parseStack({
    name: "bench",
    pairs: contenders.map((contender, index) => pair(lab, contender, index, advert)),
  });
  return new Map(stack.pairs.map((resolved, index) => [contenders[index] ?? "tandem", resolved]));
}

/** The virtual address a contender's pair serves. */
export const vipOf = (lab: Lab, contender: Contender): string =>
  lab.vips[contenders.indexOf(contender)] ?? "";

function pair(lab: Lab, contender: Contender, index: number, advertInterval: Interval) {
  const [first, second] = members[contender];
  const vip = vipOf(lab, contender);
  const webs = Object.values(lab.hosts).filter((host) => host.role === "web");
  return definePair({
    name: contender,
    nodes: [node(lab.host(first)), node(lab.host(second))],
    vrrp: { version: advertInterval.endsWith("ms") ? 3 : 2, advertInterval },
    vrrpInstances: [
      { name: "VI_1", virtualRouterId: 51 + index, master: first, vips: [{ address: `${vip}/24` }] },
    ],
    frontends: [{ name: "www", mode: "http", binds: [{ address: vip, port: 80 }], defaultBackend: "web" }],
    // Fewer than the default: a sandbox may not allow a process forty thousand descriptors.
    proxy: { maxconn: 4000 },
    backends: [
      {
        name: "web",
        mode: "http",
        balance: "roundrobin",
        healthCheck: { kind: "http", path: "/health", interval: "500ms", rise: 1, fall: 2 },
        servers: webs.map((host) => ({ name: host.name, address: host.address, port: 80 })),
      },
    ],
  });
}

const node = (host: LabHost) => ({
  name: host.name,
  address: host.address,
  interface: host.interface,
  interfaceAddress: host.interfaceAddress,
});
