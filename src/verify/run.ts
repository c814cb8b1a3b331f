import { TandemError } from "../diagnostics/index.ts";
import type { Host } from "../host/host.ts";
import type { DrillResult, FaultKind, TimelineEvent } from "./drill.ts";
import { faults, type Injected } from "./fault/index.ts";
import { type Member, openMembers } from "./member.ts";
import type { ProbePlan } from "./probe/plan.ts";
import type { Prober } from "./probe/prober.ts";
import { startProber } from "./probe/start.ts";
import { streak } from "./timeline.ts";
import { judge } from "./verdict.ts";
import { waitFor } from "./wait.ts";

export interface DrillOptions {
  readonly pair: string;
  /** VRRP instance whose master gets the fault. */
  readonly instance: string;
  /** Both nodes. */
  readonly hosts: readonly Host[];
  readonly fault: FaultKind;
  readonly probe: ProbePlan;
  readonly maxOutageMs: number;
  /** Whether a node with the higher priority takes over again when it is back, and how late. */
  readonly preempts: boolean;
  readonly preemptDelayMs: number;
  readonly signal: AbortSignal;
  /** Called as things happen. */
  readonly onEvent?: (event: TimelineEvent) => void;
}

/** A node that was seen to be master after the fault, and when. */
interface Successor {
  readonly name: string;
  readonly seenAt: number;
}

interface Watch {
  successor(): Successor | undefined;
  stop(): Promise<unknown>;
}

/** Answered probes in a row that count as "works". */
const STEADY = 20;
/** Milliseconds for the pair to be well before the fault. */
const READY_MS = 30_000;
/** Milliseconds for another node to take over; the outage is then judged against the wish. */
const MOVE_MS = 20_000;
/** Milliseconds for the former master to be back and, where it preempts, to be master again. */
const BACK_MS = 60_000;

/**
 * Injects one fault on the master while a client asks, and measures what the client sees.
 *
 * A fault that was injected is always recovered, also when the drill fails.
 *
 * @throws TandemError when the pair is not well before the fault, or the fault cannot be injected.
 */
export async function runDrill(options: DrillOptions): Promise<DrillResult> {
  const drill = new Drill(options);
  const members = await openMembers(options.hosts, options.instance);
  const master = await drill.ready(members);
  const prober = await startProber(options.probe, drill.now);
  try {
    await drill.steady(prober, "before the fault");
    return await drill.measure(members, master, prober);
  } finally {
    await prober.stop();
  }
}

class Drill {
  readonly #options: DrillOptions;
  readonly #timeline: TimelineEvent[] = [];
  readonly #began = performance.now();
  /** Milliseconds since the drill began. */
  readonly now = (): number => performance.now() - this.#began;

  constructor(options: DrillOptions) {
    this.#options = options;
  }

  /** Waits until the instance has exactly one master and a backup, and tells the master. */
  async ready(members: readonly Member[]): Promise<Member> {
    const { instance, pair } = this.#options;
    let told = "";
    const found = await this.#wait(READY_MS, "for the pair to be well", async () => {
      const states = await Promise.all(members.map((member) => member.instance()));
      told = members.map((member, i) => `${member.name} ${states[i]?.state ?? "does not answer"}`).join(", ");
      const masters = members.filter((_, i) => states[i]?.state === "MASTER");
      const backups = members.filter((_, i) => states[i]?.state === "BACKUP");
      return masters.length === 1 && backups.length === members.length - 1 ? masters[0] : undefined;
    });
    if (found.met) return found.value;
    throw drillError(
      "VERIFY_PAIR_NOT_READY",
      `pair ${pair}, instance ${instance}: ${told} for ${READY_MS / 1000} s`,
      "a fault is injected only when the other node can take over",
      "look at `tandemd status` on both nodes",
    );
  }

  /** Waits until the probes are answered without a failure between them. */
  async steady(prober: Prober, when: string): Promise<void> {
    const { probe } = this.#options;
    const since = this.now();
    const answered = await this.#wait(15_000, `for answers ${when}`, () =>
      streak(prober.samples, since) >= STEADY ? true : undefined,
    );
    if (answered.met) return;
    const last = prober.samples.at(-1)?.detail ?? "no probe finished";
    throw drillError(
      "VERIFY_NO_ANSWER",
      `${probe.kind} ${probe.address} port ${probe.port} does not answer steadily ${when}: ${last}`,
      "an outage can only be measured on a service that works",
      "check that this machine has a route to the address and that the frontend has a healthy server",
    );
  }

  async measure(members: readonly Member[], master: Member, prober: Prober): Promise<DrillResult> {
    this.#event(master.name, "is master");
    const watch = this.#watch(members, master);
    try {
      return await this.#measured(members, master, prober, watch);
    } finally {
      // Who closes the hosts next must not be overtaken by a look that would open one again.
      await watch.stop();
    }
  }

  async #measured(
    members: readonly Member[],
    master: Member,
    prober: Prober,
    watch: Watch,
  ): Promise<DrillResult> {
    const { fault, pair, probe, maxOutageMs, signal } = this.#options;
    const before = await master.instance();
    const preempts = await this.#preempts(members, master);
    const faultAt = this.now();
    let injected: Injected | undefined;
    let masterAfter: string | undefined;
    let movedAt = faultAt;
    try {
      injected = await faults[fault]({
        node: master.name,
        shell: () => master.shell(),
        program: master.program,
        units: await master.units(),
        interface: before?.interface ?? "",
        held: before?.held ?? [],
        note: (text) => this.#event(master.name, text),
        signal,
      });
      masterAfter = await this.#moved(watch, prober);
      movedAt = this.now();
    } finally {
      // Also when the drill is cancelled or fails: nobody may be left with the fault.
      await injected?.recover();
    }
    const masterAtEnd = await this.#settled(members, master, preempts);
    await this.steady(prober, "after the recovery");
    await watch.stop();
    const samples = await prober.stop();
    return judge({
      fault,
      pair,
      vip: probe.address,
      maxOutageMs,
      masterBefore: master.name,
      masterAfter,
      preempts,
      masterAtEnd,
      faultAt,
      movedAt,
      endAt: this.now(),
      samples,
      timeline: this.#timeline,
    });
  }

  /** The former master takes over again when it has the higher priority and may preempt. */
  async #preempts(members: readonly Member[], master: Member): Promise<boolean> {
    const states = await Promise.all(members.map((member) => member.instance()));
    const own = states[members.indexOf(master)];
    const others = states.filter((_, i) => members[i] !== master);
    const highest = own !== undefined && others.every((other) => (other?.priority ?? 0) < own.priority);
    return highest && this.#options.preempts;
  }

  /** Follows the others and notes when one of them becomes master. */
  #watch(members: readonly Member[], master: Member): Watch {
    const { signal } = this.#options;
    const others = members.filter((member) => member !== master);
    const transitions = new Map<Member, { state: string; transitions: number }>();
    let successor: Successor | undefined;
    let stopped = false;
    const follow = async (member: Member): Promise<void> => {
      while (!stopped && !signal.aborted) {
        const instance = await member.instance().catch(() => undefined);
        if (instance !== undefined) {
          const known = transitions.get(member);
          if (known !== undefined && known.state !== instance.state)
            this.#event(member.name, `is ${instance.state}`);
          // Between two looks a node may have been master and given it back.
          const passed = known !== undefined && instance.transitions >= known.transitions + 2;
          if (instance.state === "MASTER" || passed) successor ??= { name: member.name, seenAt: this.now() };
          transitions.set(member, instance);
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    };
    const running = others.map(follow);
    return {
      successor: () => successor,
      stop: () => {
        stopped = true;
        return Promise.all(running);
      },
    };
  }

  /** Who is master after the fault, once it was seen to be and answers; undefined when nobody is in time. */
  async #moved(watch: Watch, prober: Prober): Promise<string | undefined> {
    const next = await this.#wait(MOVE_MS, "for another node to take over", () => watch.successor());
    if (!next.met) return undefined;
    const { name, seenAt } = next.value;
    await this.#wait(MOVE_MS, "for answers after the fault", () =>
      // Only to what was asked then: while the fault was being injected the former master answered,
      // and what it has left open gets an answer or an error later.
      streak(prober.samples, seenAt) >= STEADY ? true : undefined,
    );
    return name;
  }

  /** Waits until the election after the recovery is over; tells who is master then. */
  async #settled(members: readonly Member[], master: Member, preempts: boolean): Promise<string | undefined> {
    let last: string | undefined;
    await this.#wait(BACK_MS + this.#options.preemptDelayMs, `for ${master.name} to be back`, async () => {
      const states = await Promise.all(members.map((member) => member.instance().catch(() => undefined)));
      const masters = members.filter((_, i) => states[i]?.state === "MASTER");
      last = masters.length === 1 ? masters[0]?.name : undefined;
      const returned = ["MASTER", "BACKUP"].includes(states[members.indexOf(master)]?.state ?? "");
      return returned && last !== undefined && (!preempts || last === master.name) ? true : undefined;
    });
    if (last !== undefined) this.#event(last, "is master");
    return last;
  }

  #wait<T>(deadlineMs: number, what: string, look: () => Promise<T | undefined> | T | undefined) {
    const { signal } = this.#options;
    return waitFor(look, {
      deadlineMs,
      signal,
      onCheckIn: (seconds) =>
        this.#options.onEvent?.({ at: this.now(), node: "drill", text: `waiting ${what}, ${seconds} s` }),
    });
  }

  #event(node: string, text: string): void {
    const event = { at: this.now(), node, text };
    this.#timeline.push(event);
    this.#options.onEvent?.(event);
  }
}

function drillError(code: string, message: string, why: string, hint: string): TandemError {
  return new TandemError([{ code, severity: "error", message, why, hint }]);
}
