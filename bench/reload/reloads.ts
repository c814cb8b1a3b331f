// Many reloads under load: what was lost, what they cost, and whether a long transfer came whole.
import { freePort } from "../../lab/index.ts";
import { fresh, kept, type Tally, tally, transfer } from "./clients.ts";
import { configuration, Daemon, origin } from "./daemon.ts";
import { bytesOf, digest } from "./origin.ts";

export interface Options {
  readonly binary: string;
  readonly reloads: number;
  /** Kept connections, each asking once in `every` ms, beside `fresh` clients without pause. */
  readonly kept: number;
  readonly every: number;
  readonly fresh: number;
  /** Blocks of 64 KiB in the long transfer; 0: none. */
  readonly blocks: number;
  /** Backends of ten servers that nobody asks. */
  readonly bystanders: number;
  readonly say: (line: string) => void;
}

export interface Result {
  readonly requests: number;
  readonly problems: readonly string[];
  readonly bytes: number;
  /** Milliseconds of each reload, from the command's start to its end. */
  readonly reloads: readonly number[];
  /** Latency of a request, in milliseconds: without reloads, and while they go on. */
  readonly calm: Spread;
  readonly reloading: Spread;
}

export interface Spread {
  readonly median: number;
  readonly p99: number;
  readonly most: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p99: at(0.99), most: at(1) };
}

export async function reloadUnderLoad(options: Options): Promise<Result> {
  const [port, behind] = [await freePort(), await origin()];
  const daemon = new Daemon(options.binary);
  const wish = (turn: number) =>
    configuration({ port, origin: behind.port, turn, bystanders: options.bystanders });
  const over = new AbortController();
  const count = tally();
  try {
    await daemon.start(wish(0));
    const proxy = daemon.proxy();
    const clients = load(port, options, count, over.signal);
    await calm(count, options);
    const calmly = spread(count.latencies.splice(0));
    const long = options.blocks > 0 ? transfer(port, options.blocks) : undefined;
    const times = await reloads(daemon, wish, options, count);
    const reloading = spread(count.latencies.splice(0));
    const came = await long;
    over.abort();
    await Promise.all(clients);
    if (came !== undefined && came.sha256 !== digest(options.blocks)) {
      count.problems.push(
        `the long transfer is not whole: ${came.bytes} of ${bytesOf(options.blocks)} bytes`,
      );
    }
    if (daemon.proxy() !== proxy) count.problems.push("the proxy process is another one");
    return {
      requests: count.requests,
      problems: count.problems,
      bytes: came?.bytes ?? 0,
      reloads: times,
      calm: calmly,
      reloading,
    };
  } finally {
    over.abort();
    await daemon.stop();
    behind.stop();
  }
}

function load(port: number, options: Options, count: Tally, signal: AbortSignal): Promise<void>[] {
  const keepers = Array.from({ length: options.kept }, () => kept(port, options.every, count, signal));
  const others = Array.from({ length: options.fresh }, () => fresh(port, count, signal));
  return [...keepers, ...others];
}

/** Waits until every connection is there and as many requests were answered as are worth a figure. */
async function calm(count: Tally, { kept, fresh }: Options): Promise<void> {
  const wanted = 2 * kept + 100 * fresh;
  const end = Date.now() + 60_000;
  while (count.requests < wanted) {
    if (Date.now() > end) throw new Error(`only ${count.requests} answers in a minute`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function reloads(
  daemon: Daemon,
  wish: (turn: number) => string,
  options: Options,
  count: Tally,
): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 1; turn <= options.reloads; turn++) {
    const before = count.requests;
    const { verdict, milliseconds } = await daemon.reload(wish(turn));
    if (!verdict.applied || verdict.changes.length === 0) {
      count.problems.push(`reload ${turn}: ${verdict.diagnostics.map(({ message }) => message).join("; ")}`);
    }
    times.push(milliseconds);
    options.say(`reload ${turn}: ${milliseconds.toFixed(0)} ms, ${verdict.changes.length} changes`);
    // Traffic goes on before the next one.
    const end = Date.now() + 10_000;
    while (count.requests < before + options.fresh && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  return times;
}
