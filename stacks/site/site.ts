import { definePair, defineStack, type StackInput } from "../../src/index.ts";

/** What an environment of the shop has of its own. */
export interface Site {
  readonly name: string;
  /** First three bytes of its network. */
  readonly net: string;
  readonly pairs: number;
  readonly serversPerPair: number;
}

/**
 * The shop's balancers, in any environment. Only hosts, addresses and the number of pairs and servers
 * come from the site: so what was verified in one environment is what the next one gets.
 */
export function shop(site: Site): StackInput {
  return defineStack({
    name: site.name,
    pairs: Array.from({ length: site.pairs }, (_, i) => webPair(site, i + 1)),
  });
}

function webPair({ name, net, serversPerPair }: Site, number: number) {
  const at = (last: number): `${string}/24` => `${net}.${last}/24`;
  const node = (which: "a" | "b", last: number) => ({
    name: `${name}-lb-${number}${which}`,
    address: `${net}.${last}`,
    interface: "eth0",
    interfaceAddress: at(last),
  });
  const vip = `${net}.${100 + number}`;
  return definePair({
    name: `web-${number}`,
    nodes: [node("a", 8 + 2 * number), node("b", 9 + 2 * number)],
    vrrp: { version: 3, advertInterval: "100ms" },
    vrrpInstances: [
      {
        name: "VI_WEB",
        virtualRouterId: 50 + number,
        master: `${name}-lb-${number}a`,
        vips: [{ address: `${vip}/24` }],
      },
    ],
    frontends: [{ name: "www", mode: "http", binds: [{ address: vip, port: 80 }], defaultBackend: "web" }],
    backends: [
      {
        name: "web",
        mode: "http",
        balance: "leastconn",
        healthCheck: { kind: "http", path: "/health" },
        servers: Array.from({ length: serversPerPair }, (_, i) => ({
          name: `web-${number}-${i + 1}`,
          address: `${net}.${120 + number * 10 + i}`,
          port: 8080,
        })),
      },
    ],
    drill: { faults: ["handover", "kill"], maxOutage: "1s", when: "change" },
  });
}
