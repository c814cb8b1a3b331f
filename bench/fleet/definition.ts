import { defineStack, type StackInput } from "../../src/stack/index.ts";
import { addressIn, type Fleet, type FleetHost, ORIGIN_PORT, ORIGINS } from "./fleet.ts";

/** What every pair of a fleet serves; `retries` is the one line that a change changes. */
interface Wish {
  readonly name: string;
  readonly retries: number;
}

/** The pairs of these hosts as one stack. */
export function fleetStack(
  fleet: Pick<Fleet, "keyFile" | "knownHostsFile">,
  hosts: readonly FleetHost[],
  { name, retries }: Wish,
): StackInput {
  const pairs = [...new Set(hosts.map(({ pair }) => pair))];
  const node = (host: FleetHost) => ({
    name: host.name,
    address: host.address,
    interface: "eth0",
    interfaceAddress: `${host.address}/24`,
    ssh: {
      authentication: [{ kind: "privateKeyFile" as const, path: fleet.keyFile }],
      hostKey: { kind: "knownHosts" as const, path: fleet.knownHostsFile },
    },
  });
  return defineStack({
    name,
    pairs: pairs.map((pair) => {
      const [a, b] = hosts.filter((host) => host.pair === pair);
      if (a === undefined || b === undefined) throw new RangeError(`pair ${pair} has not two hosts`);
      return {
        name: `web-${pair}`,
        nodes: [node(a), node(b)] as const,
        vrrpInstances: [
          {
            name: "VI_1",
            virtualRouterId: 51,
            master: a.name,
            vips: [{ address: `${addressIn(pair, 100)}/24` as const }],
          },
        ],
        proxy: { maxconn: 4000, retries },
        frontends: [
          {
            name: "www",
            mode: "http" as const,
            binds: [{ address: addressIn(pair, 100), port: 80 }],
            defaultBackend: "web",
          },
        ],
        backends: [
          {
            name: "web",
            mode: "http" as const,
            healthCheck: { kind: "http" as const, path: "/", interval: "5s" as const, rise: 1 },
            servers: ORIGINS.map((last) => ({
              name: `web-${last}`,
              address: addressIn(pair, last),
              port: ORIGIN_PORT,
            })),
          },
        ],
      };
    }),
  });
}
