import { TandemError } from "../../diagnostics/index.ts";
import type { DaemonStatus, Host } from "../../host/index.ts";
import { durationMs } from "../../stack/index.ts";
import { statusOf } from "../../verify/status.ts";
import { pause } from "../../verify/wait.ts";
import type { SoakGate } from "../definition/schema.ts";
import { nodesOf } from "../pulumi/state.ts";
import type { WantedStage } from "../release/wanted.ts";
import type { GateContext, GateVerdict } from "../run/driver.ts";
import { beginSoak } from "../run/edits.ts";
import type { GateTools } from "./ask.ts";
import { overBudget } from "./budget.ts";
import { added, type Counters, countersOf, noCounters, serverChanges, total } from "./counters.ts";

/**
 * Watches the counters of every host for a while. What they were at the start is in the record, so
 * that a run which was killed goes on with the time that is left, and misses nothing.
 */
export async function soak(
  stage: WantedStage,
  gate: SoakGate,
  context: GateContext,
  tools: GateTools,
): Promise<GateVerdict> {
  const nodes = nodesOf(await tools.state(), stage.waves.flat());
  const hosts = nodes.map(({ pair, connection }) => ({
    name: `${pair}/${connection.name}`,
    host: tools.open(connection),
  }));
  try {
    return await new Soak(hosts, gate, context, tools).run();
  } finally {
    await Promise.allSettled(hosts.map(({ host }) => host.close()));
  }
}

interface Watched {
  readonly name: string;
  readonly host: Host;
}

class Soak {
  readonly #hosts: readonly Watched[];
  readonly #gate: SoakGate;
  readonly #context: GateContext;
  readonly #tools: GateTools;
  readonly #last = new Map<string, number>();
  #flaps = 0;

  constructor(hosts: readonly Watched[], gate: SoakGate, context: GateContext, tools: GateTools) {
    this.#hosts = hosts;
    this.#gate = gate;
    this.#context = context;
    this.#tools = tools;
  }

  async run(): Promise<GateVerdict> {
    const { signal, note } = this.#context;
    const began = await this.#begin();
    const end = Date.parse(began.since) + durationMs(this.#gate.duration);
    for (;;) {
      signal.throwIfAborted();
      const now = Date.parse(this.#tools.now());
      const look = await this.#look(Date.parse(began.since));
      if (look.silent.length > 0)
        return { outcome: "failed", detail: `no status from ${look.silent.join(", ")}` };
      const counted = total(
        [...look.counters].map(([name, after]) => added(began.counters[name] ?? noCounters, after)),
      );
      const last = now >= end;
      const over = overBudget(this.#gate, counted, this.#flaps, last);
      if (over.length > 0) return { outcome: "failed", detail: over.join("; ") };
      if (last) return this.#verdict(counted);
      note(`${Math.ceil((end - now) / 1000)} s left, ${counted.requests} requests, ${counted.errors5xx} 5xx`);
      await pause(Math.min(durationMs(this.#gate.every), end - now), signal);
    }
  }

  #verdict(counted: Counters): GateVerdict {
    const { duration, minRequests } = this.#gate;
    if (counted.requests < minRequests)
      return {
        outcome: "failed",
        detail: `${counted.requests} requests in ${duration}, ${minRequests} are needed to judge`,
      };
    const detail = `${duration}: ${counted.requests} requests, ${counted.errors5xx} 5xx, ${counted.retries} retries, ${counted.refused} refused, ${this.#flaps} flaps`;
    return { outcome: "passed", detail };
  }

  /** The counters at the start: those of the record where this soak was begun before. */
  async #begin(): Promise<{ readonly since: string; readonly counters: Readonly<Record<string, Counters>> }> {
    const { attempt, index, keep } = this.#context;
    if (attempt.soak?.gate === index) {
      const counters = Object.fromEntries(
        Object.entries(attempt.soak.counters).map(([name, found]) => [name, { ...noCounters, ...found }]),
      );
      return { since: attempt.soak.since, counters };
    }
    const since = this.#tools.now();
    const { counters } = await this.#look(Date.parse(since));
    const found = Object.fromEntries(counters);
    await keep(beginSoak(index, since, Object.fromEntries(counters.map(([name, c]) => [name, { ...c }]))));
    return { since, counters: found };
  }

  async #look(since: number): Promise<{
    readonly counters: readonly (readonly [string, Counters])[];
    readonly silent: readonly string[];
  }> {
    const all = await Promise.all(
      this.#hosts.map(async ({ name, host }) => ({ name, ...(await heard(host)) })),
    );
    const silent = all
      .filter(({ status }) => status === undefined)
      .map(({ name, why }) => (why === undefined ? name : `${name} (${why})`));
    const counters = all.flatMap(({ name, status }) => {
      if (status === undefined) return [];
      for (const [server, changed] of serverChanges(status))
        this.#noteChange(`${name} ${server}`, changed, since);
      return [[name, countersOf(status)] as const];
    });
    return { counters, silent };
  }

  /** A server that changed since the last look, or since the start of the soak while nobody looked. */
  #noteChange(server: string, changed: number, since: number): void {
    const before = this.#last.get(server) ?? since;
    if (changed > before) this.#flaps++;
    this.#last.set(server, Math.max(before, changed));
  }
}

/** What a host says. That it cannot be reached may be the release's own doing: it fails the gate, as any silence. */
async function heard(
  host: Host,
): Promise<{ readonly status?: DaemonStatus | undefined; readonly why?: string }> {
  try {
    return { status: await statusOf(host) };
  } catch (error) {
    if (!(error instanceof TandemError)) throw error;
    return { why: error.problems.map(({ message }) => message).join("; ") };
  }
}
