// One case after the other: starts the programs, loads them, collects what each request cost.
import { execFileSync } from "node:child_process";
import { cpus, loadavg, release } from "node:os";
import { freePort } from "../../lab/index.ts";
import { type Case, haproxyConfig, type Place } from "./case.ts";
import type { Figures, Generator } from "./generator.ts";
import { median, memory } from "./machine.ts";
import { type Pace, ratios, round, type Slices, type Summary, slices, slowest, summary } from "./measure.ts";
import { type Contender, Programs } from "./programs.ts";
import { type Calls, syscalls } from "./syscalls.ts";

/** The median of the ratios of neighbouring slices, and these. */
export interface Ratio {
  readonly median: number;
  readonly each: readonly number[];
}

export interface Load {
  readonly rate: number | null;
  readonly by: Readonly<Record<string, Summary>>;
  /** tandemd's processor time for each request by that of the others. */
  readonly cpu: Readonly<Record<string, Ratio>>;
  /** The same of the 99th percentile of the latency. */
  readonly p99: Readonly<Record<string, Ratio>> | null;
}

export interface CaseResult {
  readonly saturated: Load;
  readonly fixed: Load;
  readonly syscalls: Readonly<Record<string, Calls>>;
  /** Where and how often it was measured, when that was in another run than the rest. */
  readonly apart?: string;
}

export interface IdleResult {
  readonly connections: number;
  /** Bytes of memory for each connection. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** One thread and two under full load. */
export interface ThreadsResult {
  readonly microseconds: Readonly<Record<string, readonly [number, number]>>;
  /** What two threads can do in a second of both, by what one can: 2 means that nothing is lost. */
  readonly scaling: Readonly<Record<string, Ratio>>;
}

export interface Settings {
  readonly binary: string;
  readonly pace: Pace;
  readonly share: number;
}

export class Run {
  private readonly generator: Generator;
  private readonly settings: Settings;

  constructor(generator: Generator, settings: Settings) {
    this.generator = generator;
    this.settings = settings;
  }

  async compare(it: Case): Promise<CaseResult> {
    return this.with(it, "0", 1, async (contenders) => {
      const { pace, share } = this.settings;
      const least = await slowest(this.generator, contenders, it);
      const saturated = await slices(this.generator, contenders, it, pace);
      const rate = Math.max(1, Math.round(least * share));
      const fixed = await slices(this.generator, contenders, it, pace, rate);
      const calls: Record<string, Calls> = {};
      for (const proxy of contenders) calls[proxy.name] = await syscalls(this.generator, proxy, it);
      return { saturated: load(saturated, null), fixed: load(fixed, rate), syscalls: calls };
    });
  }

  /** Memory for each connection that waits after one request. */
  async idle(it: Case, connections: number): Promise<IdleResult> {
    return this.with(it, "0", 1, async (contenders) => {
      const bytes: Record<string, number> = {};
      for (const { name, port, pids } of contenders) {
        // What a first connection sets up once belongs to none of them.
        await this.generator.hold(port, 64, it.tls);
        await this.generator.release();
        const before = memory(pids);
        await this.generator.hold(port, connections, it.tls);
        bytes[name] = round((memory(pids) - before) / connections);
        await this.generator.release();
      }
      return { connections, bytes };
    });
  }

  /** What a request costs under full load with one thread, and with two on both processors. */
  async threads(it: Case): Promise<ThreadsResult> {
    const { pace } = this.settings;
    const costs = new Map<string, [number[], number[]]>();
    for (let n = 0; n < pace.rounds; n += 1)
      for (const threads of n % 2 === 0 ? [1, 2] : [2, 1])
        await this.with(it, threads === 1 ? "0" : "0,1", threads, async (contenders) => {
          await slowest(this.generator, contenders, it);
          const taken = await slices(this.generator, contenders, it, { ...pace, rounds: 1 });
          for (const [name, figures] of taken) {
            const pair = costs.get(name) ?? [[], []];
            pair[threads - 1]?.push(median(figures.map((f) => f.cpu.total / f.requests)));
            costs.set(name, pair);
          }
        });
    const by = <T>(pick: (one: number[], two: number[]) => T) =>
      Object.fromEntries([...costs].map(([name, [one, two]]) => [name, pick(one, two)]));
    return {
      microseconds: by((one, two) => [round(median(one)), round(median(two))] as const),
      scaling: by((one, two) => ratio(one.map((cost, n) => round((2 * cost) / (two[n] ?? Number.NaN))))),
    };
  }

  /** Runs `work` with the proxies of a case. */
  private async with<T>(
    it: Case,
    processors: string,
    threads: number,
    work: (contenders: readonly Contender[]) => Promise<T>,
  ): Promise<T> {
    const programs = new Programs(processors);
    try {
      const origins = await this.generator.origin(it.servers ?? 1, it.body);
      const sink = it.log ? await this.generator.sink() : 0;
      const tls = it.tls === undefined ? {} : { certificate: programs.certificate() };
      const place = async (): Promise<Place> => ({ port: await freePort(), origins, sink, threads, ...tls });
      const contenders: Contender[] = [];
      for (const splice of it.splice ? [false, true] : [false]) {
        const at = await place();
        const name = splice ? "haproxy-splice" : "haproxy";
        contenders.push(await programs.haproxy(name, at.port, haproxyConfig(it, at, splice)));
      }
      const own = await place();
      contenders.push(await programs.tandemd(this.settings.binary, own.port, haproxyConfig(it, own, false)));
      const third = await place();
      contenders.push(await programs.nginx(third.port, threads, it.nginx(third)));
      return await work(contenders);
    } finally {
      await programs.stop();
    }
  }
}

function load(taken: Slices, rate: number | null): Load {
  const others = [...taken.keys()].filter((name) => name !== "tandemd");
  const against = (pick?: (figures: Figures) => number) =>
    Object.fromEntries(others.map((other) => [other, ratio(ratios(taken, "tandemd", other, pick))]));
  return {
    rate,
    by: Object.fromEntries([...taken].map(([name, figures]) => [name, summary(figures)])),
    cpu: against(),
    p99: rate === null ? null : against((figures) => figures.latency?.p99 ?? Number.NaN),
  };
}

function ratio(each: readonly number[]): Ratio {
  return { median: round(median(each)), each };
}

export function describeMachine(binary: string): Record<string, string> {
  const first = (program: string, args: readonly string[]) =>
    execFileSync("sh", ["-c", `"$0" "$@" 2>&1`, program, ...args], { encoding: "utf8" }).split("\n")[0] ?? "";
  return {
    processors: `${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}`,
    kernel: release(),
    "other work (load average before the run)": (loadavg()[0] ?? 0).toFixed(1),
    tandemd: first(binary, ["--version"]),
    haproxy: first("haproxy", ["-v"]).replace(/ - https.*/, ""),
    nginx: first("nginx", ["-v"]),
  };
}
