// Two hosts on one cable, as network namespaces that end with this program, however it ends: a namespace lives as long
// as the process that holds it, and that one dies with its parent.
import { type ChildProcess, execFileSync, type StdioOptions, spawn } from "node:child_process";

export interface Host {
  readonly name: string;
  readonly address: string;
  /** The words before a command that is to run on this host. */
  readonly on: readonly string[];
}

const mortal = ["setpriv", "--pdeathsig", "KILL"];

/** A process of this program on a host; it dies with this program. */
export function start(
  host: Host,
  command: readonly string[],
  stdio: StdioOptions = ["ignore", "ignore", "inherit"],
): ChildProcess {
  const [program = "", ...words] = [...mortal, ...host.on, ...command];
  return spawn(program, words, { stdio });
}

export class Cable {
  readonly hosts: readonly [Host, Host];
  private readonly holders: readonly ChildProcess[];

  constructor() {
    this.holders = [0, 1].map(() =>
      spawn("setpriv", ["--pdeathsig", "KILL", "unshare", "-n", "sleep", "infinity"]),
    );
    const [a, b] = this.holders.map(({ pid }) => String(pid));
    if (a === undefined || b === undefined) throw new Error("no process could be started");
    this.hosts = [host("lb-a", a, "10.77.0.11"), host("lb-b", b, "10.77.0.12")];
    awaitNamespace(a);
    awaitNamespace(b);
    ip("link", "add", "eth0", "netns", a, "type", "veth", "peer", "name", "eth0", "netns", b);
    for (const { on, address } of this.hosts) {
      const inside = (...words: string[]) => run([...on, "ip", ...words]);
      inside("link", "set", "lo", "up");
      inside("addr", "add", `${address}/24`, "dev", "eth0");
      // No address that comes a second later, when it is known to be nobody else's: a browser gives up what it asked
      // for (ERR_NETWORK_CHANGED) when its host gets one.
      inside("link", "set", "eth0", "addrgenmode", "none");
      inside("link", "set", "eth0", "up");
    }
  }

  cut(): void {
    for (const holder of this.holders) holder.kill("SIGKILL");
  }
}

function host(name: string, pid: string, address: string): Host {
  return { name, address, on: ["nsenter", "-t", pid, "-n"] };
}

/** Until the process has left the namespace of this one. */
function awaitNamespace(pid: string): void {
  const of = (id: string) => execFileSync("readlink", [`/proc/${id}/ns/net`], { encoding: "utf8" });
  const own = of("self");
  const end = Date.now() + 10_000;
  while (of(pid) === own) {
    if (Date.now() > end) throw new Error("no network namespace could be made: it takes root and unshare");
  }
}

function run([program = "", ...words]: readonly string[]): string {
  return execFileSync(program, words, { encoding: "utf8" });
}

function ip(...words: string[]): string {
  return run(["ip", ...words]);
}
