// What a reload does to the latency of requests: tandemd and haproxy with the same file and the same traffic.
// The proxy, all of its processes and whatever reloads it have processor 0, client and origin processor 1.
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Generator, Latency } from "../proxy/generator.ts";
import { freePort, median } from "../proxy/machine.ts";
import { configuration } from "../reload/daemon.ts";

const run = promisify(execFile);

/** This program must not be in the way of what it measures; what it starts is as any other program. */
export const OWN_NICE = 19;
const PINNED = ["-n", String(-OWN_NICE), "taskset", "-c", "0"];

interface Wish {
  readonly binary: string;
  readonly backends: number;
  readonly rounds: number;
  readonly seconds: number;
  /** Milliseconds from one reload to the next. */
  readonly every: number;
  /** Requests offered per second. */
  readonly rate: number;
  readonly connections: number;
}

/** Medians of the rounds; microseconds of requests, milliseconds of reloads. */
interface Step {
  readonly name: string;
  readonly calm: Latency;
  readonly reloading: Latency;
  readonly reload: number;
  readonly reloads: number;
  readonly errors: number;
}

interface Proxy {
  readonly name: string;
  readonly port: number;
  /** Takes up the next configuration. */
  readonly reload: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Round {
  readonly calm: Latency;
  readonly reloading: Latency;
  readonly errors: number;
  /** Milliseconds of each. */
  readonly reloads: readonly number[];
}

export async function steps(generator: Generator, wish: Wish): Promise<readonly Step[]> {
  const folder = mkdtempSync(join(tmpdir(), "tandem-step-"));
  const [origin] = await generator.origin(1, 5);
  const started: Proxy[] = [];
  try {
    started.push(await tandemd(folder, await texts(origin ?? 0, wish), wish.binary));
    started.push(await haproxy(folder, await texts(origin ?? 0, wish)));
    const rounds = new Map(started.map((proxy) => [proxy.name, [] as Round[]]));
    for (let n = 0; n < wish.rounds; n++) {
      const order = n % 2 === 0 ? started : [...started].reverse();
      for (const proxy of order) rounds.get(proxy.name)?.push(await round(generator, proxy, wish));
    }
    return [...rounds].map(([name, list]) => summary(name, list));
  } finally {
    for (const proxy of started) await proxy.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Texts {
  readonly port: number;
  readonly each: readonly string[];
}

async function texts(origin: number, { backends }: Wish): Promise<Texts> {
  const port = await freePort();
  // haproxy takes no more than it has descriptors for.
  const few = (text: string): string => text.replace(/maxconn \d+/, "maxconn 2000");
  const each = [0, 1].map((turn) => few(configuration({ port, origin, turn, bystanders: backends })));
  return { port, each };
}

async function round(generator: Generator, proxy: Proxy, wish: Wish): Promise<Round> {
  const request = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
  const { rate, connections } = wish;
  const [warmupMs, measureMs] = [300, wish.seconds * 1000];
  const order = { port: proxy.port, connections, request, each: false, warmupMs, measureMs, rate, pids: [] };
  const calm = await generator.load(order);
  let over = false;
  const load = generator.load(order).finally(() => {
    over = true;
  });
  const reloads: number[] = [];
  while (!over) {
    const start = performance.now();
    await proxy.reload();
    const took = performance.now() - start;
    reloads.push(took);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wish.every - took)));
  }
  const reloading = await load;
  if (calm.latency === null || reloading.latency === null) throw new Error(`${proxy.name}: no answers`);
  return {
    calm: calm.latency,
    reloading: reloading.latency,
    reloads,
    errors: calm.errors + reloading.errors,
  };
}

function summary(name: string, rounds: readonly Round[]): Step {
  const latency = (of: (round: Round) => Latency): Latency => {
    const middle = (key: keyof Latency) => median(rounds.map((round) => of(round)[key]));
    return { p50: middle("p50"), p90: middle("p90"), p99: middle("p99"), max: middle("max") };
  };
  const reloads = rounds.flatMap((round) => round.reloads);
  return {
    name,
    calm: latency((round) => round.calm),
    reloading: latency((round) => round.reloading),
    reload: median(reloads),
    reloads: reloads.length,
    errors: rounds.reduce((sum, round) => sum + round.errors, 0),
  };
}

/** Files with the texts in turn, from the first. */
function writer(file: string, { each }: Texts): () => void {
  let turn = 0;
  return () => writeFileSync(file, each[turn++ % each.length] ?? "");
}

async function tandemd(folder: string, texts: Texts, binary: string): Promise<Proxy> {
  const file = join(folder, "tandem.cfg");
  const socket = join(folder, "run");
  const write = writer(file, texts);
  write();
  const args = [binary, "run", "--foreground", "--haproxy", file, "--run-dir", socket];
  const child = spawn("setpriv", ["--pdeathsig", "TERM", "nice", ...PINNED, ...args], { stdio: "ignore" });
  await until(() => execFileSync(binary, ["status", "--run-dir", socket], { stdio: "ignore" }));
  return {
    name: "tandemd",
    port: texts.port,
    reload: async () => {
      write();
      await run("nice", [...PINNED, binary, "reload", "--run-dir", socket], { maxBuffer: 64 << 20 });
    },
    stop: () =>
      new Promise((resolve) => {
        child.once("exit", () => resolve());
        child.kill("SIGINT");
      }),
  };
}

/** A reload is another process, which lets the one before go (management guide, 4). */
async function haproxy(folder: string, texts: Texts): Promise<Proxy> {
  const [file, pidFile] = [join(folder, "haproxy.cfg"), join(folder, "haproxy.pid")];
  const write = writer(file, texts);
  const pids: number[] = [];
  const reload = async (): Promise<void> => {
    write();
    const before = pids.at(-1);
    const args = ["haproxy", "-D", "-q", "-f", file, "-p", pidFile];
    await run("nice", [...PINNED, ...args, ...(before === undefined ? [] : ["-sf", String(before)])]);
    pids.push(Number(readFileSync(pidFile, "utf8")));
  };
  await reload();
  return {
    name: "haproxy",
    port: texts.port,
    reload,
    stop: async () => {
      for (const pid of pids) signal(pid);
    },
  };
}

/** Those that have ended since are somebody else's numbers: only haproxy is ended. */
function signal(pid: number): void {
  try {
    if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "haproxy") process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

async function until(works: () => unknown): Promise<void> {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      works();
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
