// The daemon, its configurations and its reloads.
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const run = promisify(execFile);

export interface Verdict {
  readonly applied: boolean;
  readonly changes: readonly string[];
  readonly diagnostics: readonly { readonly message: string }[];
}

/** What differs from configuration to configuration. */
export interface Wish {
  readonly port: number;
  readonly origin: number;
  /** Number of the configuration. */
  readonly turn: number;
  /** Backends of ten servers each that nobody asks. */
  readonly bystanders: number;
}

const globals = "global\n    nbthread 2\n    maxconn 20000\n";
const defaults =
  "defaults\n    mode http\n    timeout client 60s\n    timeout server 60s\n    timeout connect 5s\n";

/** Servers come and go, weights and rules change; the page stays the same. */
export function configuration({ port, origin, turn, bystanders }: Wish): string {
  const servers = Array.from({ length: 1 + (turn % 3) }, (_, n) => {
    return `    server s${n} 127.0.0.1:${origin} weight ${1 + ((turn + n) % 100)}\n`;
  });
  const others = Array.from({ length: bystanders }, (_, b) => {
    const lines = Array.from({ length: 10 }, (_, s) => {
      const weight = b === turn % bystanders ? 1 + (turn % 100) : 1;
      return `    server s${s} 192.0.2.${(b % 250) + 1}:${8000 + s} weight ${weight}\n`;
    });
    return `backend other${b}\n    balance roundrobin\n${lines.join("")}`;
  });
  const rule = `    http-response set-header x-turn ${turn}\n`;
  const web = `frontend web\n    bind 127.0.0.1:${port}\n${rule}    default_backend app\n`;
  return `${globals}${defaults}${web}backend app\n${servers.join("")}${others.join("")}`;
}

export class Daemon {
  private readonly folder = mkdtempSync(join(tmpdir(), "tandem-reload-"));
  private readonly file = join(this.folder, "haproxy.cfg");
  private readonly runDir = join(this.folder, "run");
  private readonly binary: string;
  private child: ChildProcess | undefined;

  constructor(binary: string) {
    this.binary = binary;
  }

  async start(text: string): Promise<void> {
    writeFileSync(this.file, text);
    const args = ["run", "--foreground", "--haproxy", this.file, "--run-dir", this.runDir];
    // A run that is killed takes its daemon with it.
    const mortal = ["--pdeathsig", "TERM", this.binary, ...args];
    this.child = spawn("setpriv", mortal, { stdio: ["ignore", "ignore", "ignore"] });
    const end = Date.now() + 30_000;
    while (this.proxy() === undefined) {
      if (this.child.exitCode !== null || Date.now() > end) throw new Error("tandemd does not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** The verdict, and how long it took by the clock. */
  async reload(text: string): Promise<{ readonly verdict: Verdict; readonly milliseconds: number }> {
    writeFileSync(this.file, text);
    const start = performance.now();
    const { stdout } = await run(this.binary, ["reload", "--json", "--run-dir", this.runDir], {
      maxBuffer: 64 << 20,
    });
    return { verdict: JSON.parse(stdout) as Verdict, milliseconds: performance.now() - start };
  }

  /** The proxy process, which stays the same. */
  proxy(): number | undefined {
    try {
      const args = ["status", "--json", "--run-dir", this.runDir];
      const text = execFileSync(this.binary, args, {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
        maxBuffer: 64 << 20,
      });
      const status = JSON.parse(text) as {
        readonly processes: readonly { readonly name: string; readonly pid: number }[];
      };
      return status.processes.find(({ name }) => name === "proxy")?.pid;
    } catch {
      return undefined;
    }
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child !== undefined && child.exitCode === null) {
      child.kill("SIGINT");
      await once(child, "exit");
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Starts the server behind the proxy; its port, and how to end it. */
export async function origin(): Promise<{ readonly port: number; readonly stop: () => void }> {
  const file = new URL("./origin.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--import", "tsx", file], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { port: Number(line), stop: () => child.stdin.end() };
}
