// Hosts in network namespaces with a real sshd each, two and two on a bridge: what a provisioner sees of a machine.
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, until } from "../../lab/index.ts";
import { systemctl } from "../../lab/setup/paths.ts";
import { groupPath, removeLeftGroups } from "./group.ts";

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Where the servers of all pairs listen, on the fleet's own address in each network. */
export const ORIGIN_PORT = 8080;

/** Last numbers of this machine's addresses in each network: the servers of the pair there. */
export const ORIGINS = [253, 254];

export interface FleetHost {
  readonly name: string;
  /** From 1. */
  readonly pair: number;
  readonly address: string;
  /** The pair's other host. */
  readonly peer: string;
  /** Whether it is the preferred master. */
  readonly preferred: boolean;
}

/** Networks are /24 of 10.64.0.0/10: .1 and .2 the hosts, .100 the virtual address, the last two this machine. */
export function addressIn(pair: number, last: number): string {
  return `10.${64 + (pair >> 8)}.${pair & 255}.${last}`;
}

export class Fleet {
  readonly hosts: readonly FleetHost[];
  readonly folder: string;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  readonly #running = new Map<string, ChildProcess>();
  readonly #origin: Server;

  private constructor(pairs: number, folder: string) {
    this.folder = folder;
    this.keyFile = join(folder, "id_ed25519");
    this.knownHostsFile = join(folder, "known_hosts");
    this.hosts = Array.from({ length: pairs }, (_, i) => i + 1).flatMap((pair) =>
      (["a", "b"] as const).map((which, n) => ({
        name: `lb-${which}-${pair}`,
        pair,
        address: addressIn(pair, n + 1),
        peer: addressIn(pair, 2 - n),
        preferred: n === 0,
      })),
    );
    this.#origin = createServer((_, answer) => answer.end("ok\n"));
  }

  /** `folder` is new and goes with the namespaces that this process lives in. */
  static async open(pairs: number, folder: string): Promise<Fleet> {
    mkdirSync(folder, { mode: 0o700 });
    const fleet = new Fleet(pairs, folder);
    copyFileSync(systemctl, join(folder, "systemctl"));
    await keys(fleet);
    await run(["ip", "link", "set", "lo", "up"]);
    for (let pair = 1; pair <= pairs; pair++) {
      await run(["ip", "link", "add", bridge(pair), "type", "bridge", "forward_delay", "0"]);
      for (const own of ORIGINS)
        await run(["ip", "address", "add", `${addressIn(pair, own)}/24`, "dev", bridge(pair)]);
      await run(["ip", "link", "set", bridge(pair), "up"]);
    }
    await new Promise<void>((listening) => fleet.#origin.listen(ORIGIN_PORT, listening));
    return fleet;
  }

  /** All hosts as if just installed; what an earlier run did to them is gone. */
  async renew(): Promise<void> {
    await this.#end();
    for (const host of this.hosts) await this.#boot(host);
    await Promise.all(this.hosts.map((host) => until(`sshd of ${host.name}`, 60_000, () => answers(host))));
  }

  /** Runs a program on a host, past its sshd. */
  async on(host: FleetHost, argv: readonly string[]): Promise<string> {
    const outer = this.#running.get(host.name)?.pid;
    const first = readFileSync(`/proc/${outer}/task/${outer}/children`, "utf8").trim();
    const namespaces = ["--mount", "--net", "--pid"];
    const inside = ["nsenter", "--target", first, ...namespaces, "--", "chroot", this.#root(host)];
    return (await run([...inside, ...argv])).stdout;
  }

  async close(): Promise<void> {
    await this.#end();
    const pairs = new Set(this.hosts.map(({ pair }) => pair));
    for (const pair of pairs) await run(["ip", "link", "delete", bridge(pair)]);
    this.#origin.closeAllConnections();
    this.#origin.close();
  }

  #root(host: FleetHost): string {
    return join(this.folder, "hosts", host.name, "root");
  }

  async #boot(host: FleetHost): Promise<void> {
    const dir = join(this.folder, "hosts", host.name);
    mkdirSync(dir, { recursive: true });
    const namespaces = ["--net", "--mount", "--pid", "--uts", "--fork", "--kill-child=SIGKILL"];
    const group = groupPath(`host-${host.name}-${process.hrtime.bigint()}`);
    const script = [here("host.sh"), dir, `${host.address}/24`, this.folder, group];
    const child = spawn("unshare", [...namespaces, "sh", ...script], { stdio: ["ignore", "ignore", "pipe"] });
    let said = "";
    child.stderr?.on("data", (data: Buffer) => {
      said = `${said}${data}`.slice(-2000);
    });
    this.#running.set(host.name, child);
    const own = readlinkSync("/proc/self/ns/net");
    await until(`${host.name} has a network of its own`, 10_000, () => {
      if (child.exitCode !== null) throw new Error(`${host.name} ended with ${child.exitCode}: ${said}`);
      return readlinkSync(`/proc/${child.pid}/ns/net`) === own ? undefined : true;
    });
    const port = `${bridge(host.pair)}${host.preferred ? "a" : "b"}`;
    const far = ["peer", "name", "eth0", "netns", String(child.pid)];
    await run(["ip", "link", "add", port, "type", "veth", ...far]);
    await run(["ip", "link", "set", port, "master", bridge(host.pair), "up"]);
  }

  async #end(): Promise<void> {
    const ended = [...this.#running.values()].map((child) =>
      child.exitCode !== null || child.signalCode !== null
        ? undefined
        : new Promise((done) => {
            child.once("exit", done);
            child.kill("SIGKILL");
          }),
    );
    await Promise.all(ended);
    // The ports go with the last process of their namespaces.
    await until("the hosts are gone", 30_000, async () =>
      (await run(["ip", "-o", "link", "show", "type", "veth"])).stdout === "" ? true : undefined,
    );
    this.#running.clear();
    removeLeftGroups();
    rmSync(join(this.folder, "hosts"), { recursive: true, force: true });
  }
}

const bridge = (pair: number) => `tb${pair}`;

async function keys(fleet: Fleet): Promise<void> {
  const hostKey = join(fleet.folder, "host_key");
  for (const file of [fleet.keyFile, hostKey])
    await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", file]);
  const [type, key] = readFileSync(`${hostKey}.pub`, "utf8").split(" ");
  const lines = fleet.hosts.map(({ address }) => `${address} ${type} ${key}\n`);
  writeFileSync(fleet.knownHostsFile, lines.join(""));
  writeFileSync(
    join(fleet.folder, "sshd_config"),
    "HostKey /run/sshd/host_key\nPidFile none\nUsePAM no\nPermitRootLogin yes\nMaxStartups 100\nSubsystem sftp internal-sftp\n",
  );
}

function answers({ address }: FleetHost): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect(22, address);
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(undefined));
  });
}
