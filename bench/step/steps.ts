// What a reload does to the latency of requests: tandemd and haproxy with the same file and the same traffic.
// The proxy, all of its processes and whatever reloads it have processor 0, client and origin processor 1.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../lab/index.ts";
import type { Generator, Latency } from "../proxy/generator.ts";
import { median } from "../proxy/machine.ts";
import { configuration } from "../reload/daemon.ts";
import { type Contender, haproxy, type Texts, tandemd } from "./contenders.ts";

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
  const started: Contender[] = [];
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

async function texts(origin: number, { backends }: Wish): Promise<Texts> {
  const port = await freePort();
  // haproxy takes no more than it has descriptors for.
  const few = (text: string): string => text.replace(/maxconn \d+/, "maxconn 2000");
  const each = [0, 1].map((turn) => few(configuration({ port, origin, turn, bystanders: backends })));
  return { port, each };
}

async function round(generator: Generator, proxy: Contender, wish: Wish): Promise<Round> {
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
