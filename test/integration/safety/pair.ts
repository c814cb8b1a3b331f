import { execFileSync } from "node:child_process";
import { type Release, render } from "../../../src/render/index.ts";
import { checkStack, type PairInput, type StackInput } from "../../../src/stack/index.ts";
import { runJob, type TimedJob } from "./job.ts";
import { type Machine, startMachine } from "./machine.ts";
import { type Executable, executables } from "./releases.ts";

export const NAMES = ["lb-a", "lb-b"] as const;
export type Name = (typeof NAMES)[number];

const NETWORK = "10.77.0";
export const VIP = `${NETWORK}.100`;
/** Moves with the other, and stands in no advert. */
export const SECOND_VIP = "fd77::100";
/** The executable that a host's unit starts, as a word of the shell. */
export const DAEMON = "$(sed -n 's/^ExecStart=\\([^ ]*\\).*/\\1/p' /etc/systemd/system/tandem.service)";
export const PASSWORD = "s3cretPw";
export const SECRETS = { "vrrp.VI_1.password": PASSWORD };

/** Two hosts on one segment, each with a real sshd and daemon; lb-a shall lead. */
export interface Pair {
  readonly machines: Readonly<Record<Name, Machine>>;
  readonly programs: readonly [Executable, Executable];
  readonly definition: PairInput;
  release(name: Name, program?: Executable, change?: Partial<PairInput>): Release;
  /** The definition with which a project of this machine reaches the hosts. */
  stack(change?: Partial<PairInput>): StackInput;
  apply(release: Release, program: Executable): Promise<void>;
  stop(): Promise<void>;
}

export async function startPair(change: Partial<PairInput> = {}): Promise<Pair> {
  const [a, b] = await Promise.all([startMachine(), startMachine()]);
  // The other end of lb-a's interface becomes lb-b's.
  await b.sh("ip link delete eth0");
  execFileSync("nsenter", ["-t", a.pid, "-n", "ip", "link", "set", "peer0", "netns", b.pid]);
  await b.sh(
    `ip link set peer0 name eth0 arp on && ip address add ${NETWORK}.12/24 dev eth0 && ip address add fd77::12/64 dev eth0 nodad && ip link set eth0 up`,
  );
  await a.sh("ip address add fd77::11/64 dev eth0 nodad");
  const machines = { "lb-a": a, "lb-b": b };
  const programs = executables(a.dir);
  const definition: PairInput = { ...pairOf(), ...change };
  return {
    machines,
    programs,
    definition,
    release: (name, program = programs[0], more = {}) => {
      const [pair] = checkStack({ name: "test", pairs: [{ ...definition, ...more }] }).stack.pairs;
      if (pair === undefined) throw new Error("the definition has a pair");
      return render(pair, name, program.ref);
    },
    stack: (more = {}) => ({
      name: "test",
      pairs: [{ ...definition, nodes: reached(definition.nodes, machines), ...more }],
    }),
    apply: async (release, executable) => {
      const job: TimedJob = { kind: "apply", release, executable, secrets: SECRETS };
      const connection = machines[release.node as Name].connection({ name: release.node });
      await runJob(job, connection);
    },
    stop: async () => {
      await Promise.all([a.stop(), b.stop()]);
    },
  };
}

function reached(nodes: PairInput["nodes"], machines: Pair["machines"]): PairInput["nodes"] {
  return nodes.map((node) => {
    const { address, port, auth, hostKey } = machines[node.name as Name].connection();
    return { ...node, address, ssh: { port, authentication: auth, hostKey } };
  }) as unknown as PairInput["nodes"];
}

function pairOf(): PairInput {
  const node = (name: Name, last: number) => ({
    name,
    address: `${NETWORK}.${last}`,
    interface: "eth0",
    interfaceAddress: `${NETWORK}.${last}/24`,
    extraAddresses: [{ address: `fd77::${last}/64` }],
  });
  return {
    name: "edge",
    nodes: [node("lb-a", 11), node("lb-b", 12)],
    proxy: { runtimeSocket: { level: "admin" } },
    vrrp: { version: 2, advertInterval: "1s" },
    vrrpInstances: [
      {
        name: "VI_1",
        virtualRouterId: 51,
        master: "lb-a",
        nopreempt: true,
        authentication: { kind: "PASS", password: { kind: "config", key: "vrrp" } },
        vips: [{ address: `${VIP}/24` }],
        excludedVips: [{ address: `${SECOND_VIP}/64` }],
      },
    ],
    frontends: [{ name: "www", mode: "http", binds: [{ address: VIP, port: 80 }], defaultBackend: "web" }],
    backends: [
      {
        name: "web",
        mode: "http",
        balance: "roundrobin",
        healthCheck: { kind: "none" },
        servers: [{ name: "web-1", address: `${NETWORK}.21`, port: 80 }],
      },
    ],
  };
}
