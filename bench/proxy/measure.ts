// Slices of load on the proxies of a case, interleaved, and the ratios of neighbours.
import type { Case } from "./case.ts";
import { asked, type Figures, type Generator, type Latency } from "./generator.ts";
import { median } from "./machine.ts";
import type { Contender } from "./programs.ts";

/** Processor time in microseconds for each request. */
export interface Cost {
  readonly total: number;
  readonly user: number;
  readonly system: number;
}

/** The slices of one proxy under one kind of load: medians. */
export interface Summary {
  readonly cost: Cost;
  readonly perSecond: number;
  /** How often it had nothing to do, for each request. */
  readonly sleeps: number;
  /** The share of the time that the proxy was on a processor. */
  readonly busy: number;
  readonly errors: number;
  readonly unsent: number;
  readonly latency: Latency | null;
  /** Log lines that arrived, of those that are due. */
  readonly logged: number;
}

export interface Pace {
  readonly rounds: number;
  readonly seconds: number;
}

const ATTEMPTS = 3;

/** All slices of a load, by proxy. */
export type Slices = ReadonlyMap<string, readonly Figures[]>;

/** Rounds A B C and C B A in turn: a machine that changes its speed hits all alike. */
export async function slices(
  generator: Generator,
  contenders: readonly Contender[],
  it: Case,
  pace: Pace,
  rate?: number,
): Promise<Slices> {
  const taken = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < pace.rounds; round += 1)
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed())
      taken.get(contender.name)?.push(await slice(generator, contender, it, pace.seconds, rate));
  return taken;
}

/** A slice in which nothing was answered (a pause of the machine, say) says nothing of costs: it is repeated. */
async function slice(generator: Generator, of: Contender, it: Case, seconds: number, rate?: number) {
  for (let attempt = 1; ; attempt += 1) {
    const figures = await attack(generator, of, it, seconds, rate);
    if (figures.requests > 0) return begun(figures, of, it);
    const what = `${it.id}: ${of.name} answered nothing for ${seconds} s: ${figures.firstError ?? "no error"}`;
    if (attempt === ATTEMPTS) throw new Error(what);
    console.error(`${what}; once more`);
  }
}

/** The part of the sessions that may begin otherwise than the case wants: the first ones have no ticket. */
const STRAY = 0.02;

/** Figures of handshakes that were not those of the case say nothing. */
function begun(figures: Figures, of: Contender, it: Case): Figures {
  const wanted = it.tls === "resumed" ? figures.requests : 0;
  if (it.each !== true || Math.abs(figures.resumed - wanted) <= figures.requests * STRAY) return figures;
  throw new Error(`${it.id}: ${of.name} resumed ${figures.resumed} of ${figures.requests} sessions`);
}

async function attack(generator: Generator, of: Contender, it: Case, seconds: number, rate?: number) {
  return generator.load({
    port: of.port,
    ...asked(it),
    // The first connections have no ticket: on a busy machine they take a while.
    warmupMs: it.tls === "resumed" ? 400 : 100,
    measureMs: seconds * 1000,
    pids: of.pids,
    ...(rate === undefined ? {} : { rate }),
  });
}

/** Requests per second of the slowest, in a first load that also warms all of them up. */
export async function slowest(
  generator: Generator,
  contenders: readonly Contender[],
  it: Case,
): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (const contender of contenders) {
    const { requests, elapsed } = await slice(generator, contender, it, 0.5);
    least = Math.min(least, (requests / elapsed) * 1e6);
  }
  return least;
}

export function summary(taken: readonly Figures[]): Summary {
  const of = (pick: (figures: Figures) => number) => round(median(taken.map(pick)));
  // The kernel counts these two in ticks: only their sums say something.
  const sum = (pick: (figures: Figures) => number) => taken.reduce((all, f) => all + pick(f), 0);
  const each = (pick: (figures: Figures) => number) => round(sum(pick) / sum((f) => f.requests));
  const latencies = taken.flatMap(({ latency }) => latency ?? []);
  const at = (pick: (latency: Latency) => number) => round(median(latencies.map(pick)));
  return {
    cost: {
      total: of((f) => f.cpu.total / f.requests),
      user: each((f) => f.cpu.user),
      system: each((f) => f.cpu.system),
    },
    perSecond: Math.round(median(taken.map((f) => (f.requests / f.elapsed) * 1e6))),
    sleeps: of((f) => f.cpu.sleeps / f.requests),
    busy: of((f) => f.cpu.total / f.elapsed),
    errors: taken.reduce((sum, f) => sum + f.errors, 0),
    unsent: taken.reduce((sum, f) => sum + f.unsent, 0),
    latency:
      latencies.length === 0
        ? null
        : { p50: at((l) => l.p50), p90: at((l) => l.p90), p99: at((l) => l.p99), max: at((l) => l.max) },
    logged: of((f) => f.datagrams / f.logged),
  };
}

/** What `pick` says of `name` divided by what it says of `other`, slice by slice. */
export function ratios(
  taken: Slices,
  name: string,
  other: string,
  pick: (figures: Figures) => number = (f) => f.cpu.total / f.requests,
): number[] {
  const base = taken.get(other) ?? [];
  return (taken.get(name) ?? []).map((one, n) => {
    const beside = base[n];
    return beside === undefined ? Number.NaN : round(pick(one) / pick(beside));
  });
}

export function round(value: number): number {
  return Number(value.toPrecision(4));
}
