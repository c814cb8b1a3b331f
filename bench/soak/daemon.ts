// The daemon under test: its configuration, reloads, and what it holds.
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { memory } from "../proxy/machine.ts";
import type { Random } from "./random.ts";

const run = promisify(execFile);

/** What the proxy process holds while nothing goes on. */
export interface Holdings {
  readonly descriptors: number;
  readonly bytes: number;
}

interface LogTarget {
  readonly sent: number;
  readonly dropped: number;
}

/** The parts of `tandemd status --json` that are used here. */
interface Status {
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  readonly proxy?: { readonly logs?: readonly LogTarget[] };
}

export class Daemon {
  private readonly folder = mkdtempSync(join(tmpdir(), "tandem-soak-"));
  private readonly file = join(this.folder, "haproxy.cfg");
  private readonly runDir = join(this.folder, "run");
  private child: ChildProcess | undefined;
  private readonly settings: {
    readonly binary: string;
    readonly port: number;
    readonly sink: number;
    readonly origins: readonly number[];
    readonly random: Random;
  };

  constructor(settings: Daemon["settings"]) {
    this.settings = settings;
  }

  async start(): Promise<void> {
    writeFileSync(this.file, this.config());
    const args = ["run", "--foreground", "--haproxy", this.file, "--run-dir", this.runDir];
    // A run that is killed takes its daemon with it.
    const mortal = ["--pdeathsig", "TERM", this.settings.binary, ...args];
    this.child = spawn("setpriv", mortal, { stdio: ["ignore", "ignore", "inherit"] });
    const end = Date.now() + 20_000;
    while (this.pid() === undefined) {
      if (this.child.exitCode !== null || Date.now() > end) throw new Error("tandemd does not start");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Takes up another configuration. */
  async reload(): Promise<void> {
    writeFileSync(this.file, this.config());
    await run(this.settings.binary, ["reload", "--run-dir", this.runDir]);
  }

  /** The proxy process, which must stay the same. */
  pid(): number | undefined {
    try {
      return this.status().processes.find(({ name }) => name === "proxy")?.pid;
    } catch {
      return undefined;
    }
  }

  /** Lines of the log since the proxy process began, as it counts them. */
  logged(): { readonly sent: number; readonly dropped: number } {
    const rows = this.status().proxy?.logs ?? [];
    const sum = (of: (row: LogTarget) => number) => rows.reduce((all, row) => all + of(row), 0);
    return { sent: sum(({ sent }) => sent), dropped: sum(({ dropped }) => dropped) };
  }

  holdings(): Holdings {
    const pid = this.pid();
    if (pid === undefined) throw new Error("the proxy process is gone");
    return { descriptors: readdirSync(`/proc/${pid}/fd`).length, bytes: memory([pid]) };
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child !== undefined && child.exitCode === null) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGINT");
      const timer = setTimeout(() => child.kill("SIGKILL"), 5000);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private status(): Status {
    const args = ["status", "--json", "--run-dir", this.runDir];
    const text = execFileSync(this.settings.binary, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return JSON.parse(text) as Status;
  }

  /** Another one each time: which servers, their weights, how often requests are tried again. */
  private config(): string {
    const { port, sink, origins, random } = this.settings;
    const left = random.below(2) === 0 ? undefined : random.below(origins.length);
    const servers = origins.flatMap((origin, n) =>
      n === left ? [] : [`    server s${n + 1} 127.0.0.1:${origin} check weight ${random.between(1, 100)}`],
    );
    const reuse = random.pick(["never", "safe", "aggressive", "always"]);
    const balance = random.pick(["roundrobin", "leastconn", "random", "uri", "static-rr"]);
    return `global
    nbthread 2
    maxconn 2000
    log 127.0.0.1:${sink} local0
defaults
    mode http
    log global
    option httplog
    option redispatch
    retries ${random.between(0, 3)}
    timeout client 5s
    timeout http-keep-alive 60s
    timeout connect 500ms
    timeout queue 500ms
    timeout server 1s
    timeout check 1s
frontend web
    bind 127.0.0.1:${port}
    default_backend app
backend app
    balance ${balance}
    http-reuse ${reuse}
    option httpchk GET /check
    default-server inter 400ms fastinter 200ms downinter 400ms fall 2 rise 1 maxconn ${random.between(5, 50)} pool-purge-delay 1s
${servers.join("\n")}
`;
  }
}
