import { copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { dirname } from "node:path";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation/index.js";
import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import { openHost } from "../../host/index.ts";
import { keptBinary } from "../../provider/node/binary.ts";
import { drillPlans } from "../../provider/sdk/drill-plan.ts";
import type { BinaryRef } from "../../render/index.ts";
import type { StackInput } from "../../stack/index.ts";
import { askGate } from "../gate/ask.ts";
import { settlePairs } from "../gate/settle.ts";
import type { WantedStage } from "../release/wanted.ts";
import type { Driver, GateContext, GateVerdict, Shipment, ShipOptions } from "../run/driver.ts";
import type { Edit } from "../run/edits.ts";
import type { StageWorld } from "../run/world.ts";
import { EngineLog } from "./engine-events.ts";
import { type Project, Stacks, unreadable } from "./stacks.ts";
import {
  definitionOf,
  deployedPairs,
  pairNames,
  parseState,
  recordOf,
  resourcesOf,
  type StackState,
} from "./state.ts";

export interface PulumiDriverOptions extends Project {
  readonly binary: BinaryRef;
  /** File of that binary, which is kept for the way back. */
  readonly binaryFile: string;
  /** Asks somebody at a terminal; undefined: there is nobody. */
  readonly ask?: (question: string) => Promise<string | undefined>;
}

/** A rollout on real stacks and hosts, by Pulumi's Automation API: only the `pulumi` executable is needed. */
export class PulumiDriver implements Driver {
  readonly #options: PulumiDriverOptions;
  readonly #stacks: Stacks;
  /** Each stage as it was looked at last. */
  readonly #seen = new Map<string, StackState>();

  constructor(options: PulumiDriverOptions) {
    this.#options = options;
    this.#stacks = new Stacks(options);
  }

  now(): string {
    return new Date().toISOString();
  }

  async observe(stage: WantedStage): Promise<StageWorld> {
    const state = await this.state(stage.name);
    const names = new Set(stage.pairs.map(({ name }) => name));
    const gone = pairNames(state).filter((name) => !names.has(name));
    if (gone.length > 0) throw pairsGone(stage.name, gone);
    return worldOf(stage, state);
  }

  async state(stage: string): Promise<StackState> {
    const read = async (stack: Stack) => parseState((await stack.exportStack()).deployment);
    const state = await this.#stacks.withStack(stage, read).catch((error: unknown) => {
      throw unreadable(stage, error);
    });
    this.#seen.set(stage, state);
    return state;
  }

  async update(stage: WantedStage, edit: Edit): Promise<StageWorld> {
    const { world, problems } = await this.#up(stage, [], this.#wished(stage), {
      edit,
      onEvent: () => undefined,
      signal: new AbortController().signal,
    });
    if (problems.length > 0) throw new TandemError(problems);
    return world;
  }

  ship(stage: WantedStage, pairs: readonly string[], options: ShipOptions): Promise<Shipment> {
    return this.#up(stage, pairs, this.#wished(stage), options);
  }

  async restore(stage: WantedStage, pairs: readonly string[], options: ShipOptions): Promise<Shipment> {
    const saved = definitionOf(await this.state(stage.name));
    if (saved === undefined) throw new RangeError(`stage ${stage.name} has no verified definition`);
    return this.#up(stage, pairs, { input: saved.input as StackInput, binary: saved.binary }, options);
  }

  async settle(stage: WantedStage, pairs: readonly string[]): Promise<readonly string[]> {
    return settlePairs(stage, await this.state(stage.name), pairs, openHost);
  }

  async gate(stage: WantedStage, context: GateContext): Promise<GateVerdict> {
    const { env, folder, ask } = this.#options;
    return askGate(stage, context, {
      env,
      folder,
      ...(ask === undefined ? {} : { ask }),
      state: () => this.state(stage.name),
      changes: () => this.#changes(stage, context),
      now: () => this.now(),
      open: openHost,
    });
  }

  #wished(stage: WantedStage): Definition {
    return { input: stage.source.input as StackInput, binary: this.#options.binary };
  }

  /** One update of the stack: the record, and these pairs alone. */
  async #up(
    stage: WantedStage,
    pairs: readonly string[],
    definition: Definition,
    { edit, onEvent, signal }: ShipOptions,
  ): Promise<Shipment> {
    const log = new EngineLog(pairs, onEvent);
    let refusal: unknown;
    let written: StageWorld | undefined;
    const run = async (stack: Stack): Promise<void> => {
      const program: PulumiFn = async () => {
        try {
          // Under the stack's own lock: what is read here is what is written over.
          const state = parseState((await stack.exportStack()).deployment);
          const outputs = await this.#outputs(stage, definition, state, edit);
          written = { record: outputs.rollout, deployed: deployedPairs(state) };
          return outputs;
        } catch (error) {
          refusal = error;
          throw error;
        }
      };
      await stack.up({
        program,
        target: this.#targets(stage, pairs, this.#seen.get(stage.name)),
        suppressOutputs: true,
        onEvent: log.take,
        signal,
        message: pairs.length === 0 ? "tandem rollout: record" : `tandem rollout: ${pairs.join(", ")}`,
      });
    };
    try {
      await this.#stacks.withStack(stage.name, run);
      // Where no pair was changed, what was written is all that is new.
      const world = pairs.length === 0 ? written : undefined;
      return { world: world ?? (await this.observe(stage)), problems: [] };
    } catch (error) {
      if (refusal instanceof TandemError) throw refusal;
      if (error instanceof TandemError) throw error;
      const problems = log.problems(stage.name, error);
      if (pairs.length === 0) throw new TandemError(problems, { cause: error });
      return { world: await this.observe(stage), problems };
    }
  }

  async #outputs(stage: WantedStage, definition: Definition, state: StackState, edit: Edit) {
    const [pulumi, { deploy }] = await Promise.all([
      import("@pulumi/pulumi"),
      import("../../provider/program.ts"),
    ]);
    const before = recordOf(stage.name, state);
    const rollout = edit(before);
    const sealed = rollout.verified !== undefined && rollout.verified.at !== before.verified?.at;
    const saved = sealed ? this.#keep(definition) : definitionOf(state);
    return {
      pairs: deploy(definition.input, { binary: definition.binary }),
      rollout,
      ...(saved === undefined ? {} : { rolloutDefinition: pulumi.secret(JSON.stringify(saved)) }),
    };
  }

  /** The executable stays at hand for as long as a stage may have to go back to it. */
  #keep(definition: Definition): Definition {
    const { folder, binaryFile, binary } = this.#options;
    const kept = keptBinary(binary, folder);
    if (!existsSync(kept)) {
      mkdirSync(dirname(kept), { recursive: true });
      copyFileSync(binaryFile, `${kept}.new`);
      renameSync(`${kept}.new`, kept);
    }
    return definition;
  }

  /** Resources of these pairs, by patterns: the engine refuses plain names of what is not there yet. */
  #targets(stage: WantedStage, pairs: readonly string[], state: StackState | undefined): string[] {
    const urn = (type: string, name: string) =>
      `urn:pulumi:${stage.name}::${this.#stacks.name}::${type}::${name}`;
    const component = "tandem:index:LoadBalancerPair";
    const of = (name: string): string[] => {
      const pair = stage.source.stack.pairs.find((candidate) => candidate.name === name);
      const parts =
        pair === undefined
          ? []
          : [
              ...pair.nodes.map((node) => `${name}-${node.name}`),
              `${name}-hearing`,
              ...drillPlans(pair).map((plan) => plan.name),
            ];
      return [
        urn(`${component}*`, name),
        ...parts.map((part) => urn(`${component}**`, part)),
        ...(state === undefined ? [] : resourcesOf(state, name)).map((resource) => resource.urn),
      ];
    };
    return [urn("pulumi:pulumi:Stack", `${this.#stacks.name}-${stage.name}`), ...pairs.flatMap(of)];
  }

  /** What a preview that reads the live hosts would change. */
  async #changes(stage: WantedStage, context: GateContext): Promise<readonly string[]> {
    const log = new EngineLog([], () => undefined);
    const run = async (stack: Stack): Promise<void> => {
      const state = parseState((await stack.exportStack()).deployment);
      const saved = context.back ? definitionOf(state) : undefined;
      const definition =
        saved === undefined
          ? this.#wished(stage)
          : { input: saved.input as StackInput, binary: saved.binary };
      await stack.preview({
        program: () => this.#outputs(stage, definition, state, (record) => record),
        refresh: true,
        suppressOutputs: true,
        onEvent: log.take,
        signal: context.signal,
      });
    };
    try {
      await this.#stacks.withStack(stage.name, run);
    } catch (error) {
      if (error instanceof TandemError) throw error;
      return log.problems(stage.name, error).map(({ message }) => message);
    }
    return log.changes;
  }
}

interface Definition {
  readonly input: StackInput;
  readonly binary: BinaryRef;
}

function worldOf(stage: WantedStage, state: StackState): StageWorld {
  return { record: recordOf(stage.name, state), deployed: deployedPairs(state) };
}

function pairsGone(stage: string, pairs: readonly string[]): TandemError {
  return new TandemError(
    pairs.map((pair) => ({
      code: "ROLLOUT_PAIR_GONE",
      severity: "error",
      message: `stage ${stage} still has pair ${pair}, which its definition does not have`,
      why: "a rollout changes pairs and never removes one",
      hint: `run \`pulumi up --stack ${stage}\` to remove it, or put it back into the definition`,
    })),
    { exitCode: ExitCode.invalidStack },
  );
}
