// The origin and the client: one process (daemon/crates/proxy-bench) that takes commands line by line.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { repository } from "../../lab/setup/paths.ts";
import type { Case } from "./case.ts";

export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** What a load measured; times are microseconds. */
export interface Figures {
  readonly requests: number;
  readonly errors: number;
  readonly unsent: number;
  /** Connections that took a TLS session up again, of those with one request each. */
  readonly resumed: number;
  readonly firstError: string | null;
  readonly datagrams: number;
  readonly logged: number;
  readonly elapsed: number;
  readonly cpu: {
    readonly total: number;
    readonly user: number;
    readonly system: number;
    readonly sleeps: number;
  };
  readonly latency: Latency | null;
}

export interface Order {
  readonly port: number;
  readonly connections: number;
  readonly request: string;
  /** A new connection for each request. */
  readonly each: boolean;
  readonly warmupMs: number;
  readonly measureMs: number;
  readonly requests?: number;
  /** Requests offered per second; without it as many as are answered. */
  readonly rate?: number;
  readonly pids: readonly number[];
  readonly tls?: Case["tls"];
  readonly streams?: number;
}

/** The part of an order that a case says. */
export function asked(it: Case): Pick<Order, "connections" | "request" | "each" | "tls" | "streams"> {
  return {
    connections: it.connections ?? 64,
    request: it.request,
    each: it.each ?? false,
    ...(it.tls === undefined ? {} : { tls: it.tls }),
    ...(it.streams === undefined ? {} : { streams: it.streams }),
  };
}

type Answer =
  | { ports: number[] }
  | { result: Figures }
  | { held: number }
  | { released: number }
  | { error: string };

export class Generator {
  private readonly child: ChildProcess;
  private readonly lines: AsyncIterator<string>;

  /** Pinned to `cpu`, built when it is not. */
  constructor(cpu: number) {
    this.child = spawn("taskset", ["-c", String(cpu), build()], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const { stdout } = this.child;
    if (stdout === null) throw new Error("the load generator has no output");
    this.lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  async origin(count: number, body: number): Promise<number[]> {
    return this.ports({ origin: { count, body } });
  }

  async sink(): Promise<number> {
    const [port] = await this.ports("sink");
    return port ?? 0;
  }

  async load(order: Order): Promise<Figures> {
    const answer = await this.ask({ load: order });
    if (!("result" in answer)) throw new Error(`load: ${JSON.stringify(answer)}`);
    return answer.result;
  }

  /** Opens connections that stay, each after one request. */
  async hold(port: number, connections: number, tls?: Case["tls"]): Promise<void> {
    await this.ask({ hold: { port, connections, tls } });
  }

  async release(): Promise<void> {
    await this.ask("release");
  }

  stop(): void {
    this.child.stdin?.end();
  }

  private async ports(command: object | string): Promise<number[]> {
    const answer = await this.ask(command);
    if (!("ports" in answer)) throw new Error(`origin: ${JSON.stringify(answer)}`);
    return answer.ports;
  }

  private async ask(command: object | string): Promise<Answer> {
    this.child.stdin?.write(`${JSON.stringify(command)}\n`);
    const { value, done } = await this.lines.next();
    if (done === true) throw new Error("the load generator ended");
    const answer = JSON.parse(value) as Answer;
    if ("error" in answer) throw new Error(answer.error);
    return answer;
  }
}

/** cargo reads daemon/.cargo/config.toml only from inside that folder. */
function build(): string {
  const cwd = `${repository}/daemon`;
  const profile = ["--locked", "--quiet", "--profile", "measure", "-p", "proxy-bench"];
  execFileSync("cargo", ["build", ...profile], { cwd, stdio: ["ignore", "inherit", "inherit"] });
  const target = process.env.CARGO_TARGET_DIR ?? `${cwd}/target`;
  return `${target}/x86_64-unknown-linux-gnu/measure/proxy-bench`;
}
