import type { Driver, GateContext, Shipment, ShipOptions, StageWorld } from "../../src/rollout/index.ts";
import type { WantedStage } from "../../src/rollout/release/wanted.ts";
import type { Edit } from "../../src/rollout/run/edits.ts";
import type { StageRecord } from "../../src/rollout/run/record.ts";

/** The process died here: nothing after it happens, and nothing is cleaned up. */
export class Killed extends Error {}

/** Stacks and hosts that several runs share, as they would share a backend. */
export class MemoryStacks {
  readonly records = new Map<string, StageRecord>();
  readonly deployed = new Map<string, Map<string, { nodes: Record<string, string>; well: boolean }>>();
  /** `ship dev web-1`, `restore …`, `gate dev noDrift`, in the order in which they took effect. */
  readonly log: string[] = [];
  /** Pairs whose change fails, as `dev web-1`. */
  readonly bad = new Set<string>();
  /** Gates that do not pass, as `dev noDrift`. */
  readonly shut = new Map<string, "failed" | "waiting">();
  clock = 0;

  world(stage: string): StageWorld {
    return {
      record: this.records.get(stage) ?? { version: 1, history: [] },
      deployed: Object.fromEntries(this.deployed.get(stage) ?? []),
    };
  }

  pairs(stage: string) {
    const pairs = this.deployed.get(stage) ?? new Map();
    this.deployed.set(stage, pairs);
    return pairs as Map<string, { nodes: Record<string, string>; well: boolean }>;
  }
}

/** One process: it may be killed before or after any of its effects. */
export class MemoryDriver implements Driver {
  readonly #stacks: MemoryStacks;
  #left: number;

  /** `steps`: effects after which it dies. */
  constructor(stacks: MemoryStacks, steps = Number.POSITIVE_INFINITY) {
    this.#stacks = stacks;
    this.#left = steps;
  }

  now(): string {
    return new Date(++this.#stacks.clock * 1000).toISOString();
  }

  async observe(stage: WantedStage): Promise<StageWorld> {
    await this.#step();
    return this.#stacks.world(stage.name);
  }

  async update(stage: WantedStage, edit: Edit): Promise<StageWorld> {
    await this.#step();
    this.#stacks.records.set(stage.name, edit(this.#stacks.world(stage.name).record));
    await this.#step();
    return this.#stacks.world(stage.name);
  }

  ship(stage: WantedStage, pairs: readonly string[], options: ShipOptions): Promise<Shipment> {
    const wanted = (name: string) => stage.pairs.find((pair) => pair.name === name)?.nodes ?? {};
    return this.#change("ship", stage, pairs, options, wanted);
  }

  restore(stage: WantedStage, pairs: readonly string[], options: ShipOptions): Promise<Shipment> {
    const { verified } = this.#stacks.world(stage.name).record;
    return this.#change("restore", stage, pairs, options, (name) => verified?.pairs[name]?.nodes ?? {});
  }

  async settle(): Promise<readonly string[]> {
    await this.#step();
    return [];
  }

  async gate(stage: WantedStage, { gate, approval }: GateContext) {
    await this.#step();
    this.#stacks.log.push(`gate ${stage.name} ${gate.kind}`);
    const shut = this.#stacks.shut.get(`${stage.name} ${gate.kind}`);
    if (shut === "waiting" && approval !== undefined) return { outcome: "passed" as const, detail: approval };
    return { outcome: shut ?? ("passed" as const), detail: `${gate.kind} said so` };
  }

  async #change(
    what: string,
    stage: WantedStage,
    pairs: readonly string[],
    { edit }: ShipOptions,
    wanted: (name: string) => Readonly<Record<string, string>>,
  ): Promise<Shipment> {
    await this.#step();
    this.#stacks.records.set(stage.name, edit(this.#stacks.world(stage.name).record));
    const deployed = this.#stacks.pairs(stage.name);
    for (const pair of pairs) {
      await this.#step();
      const bad = what === "ship" && this.#stacks.bad.has(`${stage.name} ${pair}`);
      this.#stacks.log.push(`${what} ${stage.name} ${pair}${bad ? " bad" : ""}`);
      // A host that refuses stays as it was; the first node of the pair is the one that did.
      if (!bad) deployed.set(pair, { nodes: { ...wanted(pair) }, well: true });
      await this.#step();
      if (bad) {
        const problem = {
          code: "ROLLOUT_SHIP_FAILED",
          severity: "error" as const,
          message: `${pair} refuses`,
        };
        return { world: this.#stacks.world(stage.name), problems: [problem] };
      }
    }
    return { world: this.#stacks.world(stage.name), problems: [] };
  }

  /** Others get their turn here, and this is where a process may die. */
  async #step(): Promise<void> {
    await Promise.resolve();
    if (this.#left <= 0) throw new Killed("killed");
    this.#left--;
  }
}
