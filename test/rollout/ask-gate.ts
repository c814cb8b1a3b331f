import type { Connection, DaemonStatus, Host } from "../../src/host/index.ts";
import { fromRelease } from "../../src/provider/node/inputs.ts";
import { render } from "../../src/render/index.ts";
import { askGate, type GateTools } from "../../src/rollout/gate/ask.ts";
import { parseRollout, wantedRollout } from "../../src/rollout/index.ts";
import { parseState } from "../../src/rollout/pulumi/state.ts";
import type { GateContext, GateVerdict } from "../../src/rollout/run/driver.ts";
import type { Edit } from "../../src/rollout/run/edits.ts";
import { type Attempt, emptyRecord, type StageRecord } from "../../src/rollout/run/record.ts";
import { samplePair } from "../stack/sample.ts";

const binary = { sha256: "0".repeat(64), version: "0.1.0" };
export const pair = samplePair();
const { stages } = wantedRollout(
  parseRollout({ stages: [{ name: "dev", stack: { name: "dev", pairs: [pair] } }] }).rollout,
  binary,
);

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new RangeError("there is one");
  return item;
}

export const stage = first(stages);

const parent = `urn:pulumi:dev::edge::tandem:index:LoadBalancerPair::${pair.name}`;
const child = (type: string, name: string, more: object) => ({
  urn: `urn:pulumi:dev::edge::tandem:index:LoadBalancerPair$tandem:index:${type}::${name}`,
  type: `tandem:index:${type}`,
  parent,
  ...more,
});
export const drilled = (results: object) => child("FailoverDrill", "drill", { outputs: { results } });
/** Both nodes of the pair, as a deployment leaves them in the state. */
export const nodes = first(stage.source.stack.pairs).nodes.map(({ name }) =>
  child("Node", `${pair.name}-${name}`, {
    inputs: {
      ...fromRelease(render(first(stage.source.stack.pairs), name, binary)),
      secrets: {},
      connection: {
        name,
        address: "192.0.2.1",
        port: 22,
        user: "root",
        auth: [{ kind: "agent" }],
        hostKey: { kind: "knownHosts" },
      },
    },
  }),
);

export const stateOf = (...resources: readonly object[]) =>
  parseState({
    resources: [{ urn: parent, type: "tandem:index:LoadBalancerPair" }, ...resources],
  });

export const START = Date.parse("2026-03-01T10:00:00Z");

export interface Asked {
  readonly verdict: GateVerdict;
  readonly record: StageRecord;
}

/** Asks a gate of the stage; the clock is one second later at each look. */
export async function ask(
  gate: GateContext["gate"],
  tools: Partial<GateTools> = {},
  context: Partial<GateContext> = {},
): Promise<Asked> {
  const attempt: Attempt = {
    run: "r",
    owner: "ann",
    release: "rel",
    state: "rolling",
    began: new Date(START).toISOString(),
    gates: [],
  };
  let record: StageRecord = { ...emptyRecord, attempt };
  let seconds = 0;
  const verdict = await askGate(
    stage,
    {
      index: 0,
      gate,
      attempt,
      canaries: [pair.name],
      release: "rel",
      back: false,
      note: () => undefined,
      keep: async (edit: Edit) => {
        record = edit(record);
      },
      signal: new AbortController().signal,
      ...context,
    },
    {
      env: { PATH: process.env.PATH },
      folder: "/",
      state: async () => stateOf(),
      changes: async () => [],
      now: () => new Date(START + 1000 * seconds++).toISOString(),
      open: () => {
        throw new Error("this gate asks no host");
      },
      ...tools,
    },
  );
  return { verdict, record };
}

/** Hosts whose daemon says what the test makes it say. */
export class Daemons {
  readonly orders: string[] = [];
  readonly #say: (host: string, look: number) => DaemonStatus | undefined;
  #looks = 0;

  constructor(say: (host: string, look: number) => DaemonStatus | undefined) {
    this.#say = say;
  }

  readonly open = ({ name }: Connection): Host => {
    const ran = (exitCode: number, text: string) => ({ exitCode, stdout: Buffer.from(text), stderr: "" });
    const shell = {
      name,
      run: async ([program = "", order = ""]: readonly string[]) => {
        if (program === "cat") return ran(0, "ExecStart=/opt/tandem/bin/tandemd run\n");
        if (order !== "status") {
          this.orders.push(`${name} ${order}`);
          return ran(0, "");
        }
        const status = this.#say(name, this.#looks++);
        return status === undefined ? ran(1, "") : ran(0, JSON.stringify(status));
      },
      close: async () => undefined,
    };
    return { name, shell: async () => shell, close: async () => undefined } as unknown as Host;
  };
}
