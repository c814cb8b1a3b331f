import type { StackInput } from "../../src/index.ts";
import { defineStack } from "../../src/index.ts";

/** What a lab tells about itself; `npm run lab:up` and the demo write it as JSON into TANDEM_LAB. */
export interface LabSetup {
  /** The two balancers, the preferred master first. */
  readonly balancers: readonly [LabMachine, LabMachine];
  readonly servers: readonly { readonly name: string; readonly address: string; readonly port?: number }[];
  /** Virtual address with prefix length. */
  readonly vip: string;
  readonly ssh: { readonly keyFile: string; readonly knownHostsFile: string; readonly user?: string };
  /** Default: version 3 with an advert every 100 ms. */
  readonly vrrp?: { readonly version?: 2 | 3; readonly advertInterval?: `${number}ms` | `${number}s` };
  /** A further line of the backend, as in haproxy.cfg; the demo has the daemon refuse one. */
  readonly extraProxyLine?: string;
  /** Default: Tandem's own daemon. */
  readonly engine?: "tandemd" | "distro";
  /** Default: who runs on the hosts already is an error. */
  readonly takeOver?: boolean;
  /** Default: hand over, kill and link down, within a second, at every change. */
  readonly drill?: LabDrill;
}

export interface LabMachine {
  readonly name: string;
  readonly address: string;
  readonly interface: string;
  /** Address with prefix length. */
  readonly interfaceAddress: string;
}

export interface LabDrill {
  readonly faults: readonly ("handover" | "kill" | "stop" | "linkDown")[];
  readonly maxOutage: `${number}ms` | `${number}s`;
  readonly when: "create" | "change" | "always";
}

const usualDrill: LabDrill = { faults: ["handover", "kill", "linkDown"], maxOutage: "1s", when: "change" };

/** One virtual address, one web site, two servers: the lab's pair. */
export function defineLabStack(setup: LabSetup): StackInput {
  const [first, second] = setup.balancers;
  const drill = setup.drill ?? usualDrill;
  return defineStack({
    name: "lab",
    pairs: [
      {
        name: "web",
        engine: setup.engine ?? "tandemd",
        takeOver: setup.takeOver ?? false,
        // haproxy does not start with fewer descriptors than that takes, and a lab has what its machine gives it.
        proxy: setup.engine === "distro" ? { maxconn: 4000 } : {},
        nodes: [labNode(first, setup), labNode(second, setup)],
        vrrp: {
          version: setup.vrrp?.version ?? 3,
          advertInterval: setup.vrrp?.advertInterval ?? "100ms",
        },
        vrrpInstances: [
          { name: "VI_1", virtualRouterId: 51, master: first.name, vips: [{ address: setup.vip }] },
        ],
        frontends: [
          {
            name: "www",
            mode: "http",
            binds: [{ address: setup.vip.split("/")[0] ?? setup.vip, port: 80 }],
            defaultBackend: "web",
          },
        ],
        backends: [
          {
            name: "web",
            mode: "http",
            balance: "roundrobin",
            healthCheck: { kind: "http", path: "/", interval: "500ms", rise: 1, fall: 2 },
            directives: setup.extraProxyLine === undefined ? [] : [setup.extraProxyLine.trim()],
            servers: setup.servers.map(({ name, address, port }) => ({ name, address, port: port ?? 80 })),
          },
        ],
        drill: { ...drill, faults: [...drill.faults] },
      },
    ],
  });
}

function labNode(machine: LabMachine, setup: LabSetup) {
  return {
    name: machine.name,
    address: machine.address,
    interface: machine.interface,
    interfaceAddress: machine.interfaceAddress,
    ssh: {
      user: setup.ssh.user ?? "root",
      authentication: [{ kind: "privateKeyFile" as const, path: setup.ssh.keyFile }],
      hostKey: { kind: "knownHosts" as const, path: setup.ssh.knownHostsFile },
    },
  };
}

/** The setup that a running lab has put into the environment. */
export function labSetup(text: string | undefined): LabSetup {
  if (text === undefined || text === "") {
    throw new Error("TANDEM_LAB is not set: bring a lab up with `npm run lab:up` and export what it prints");
  }
  return JSON.parse(text) as LabSetup;
}
