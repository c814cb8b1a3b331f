import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Host } from "../../host/host.ts";
import { type DrillResult, runDrill, settledPair } from "../../verify/index.ts";
import { connectionSecrets } from "../node/connection.ts";
import { same } from "../node/diff.ts";
import { isUnreachable } from "../node/unreachable.ts";
import {
  type DiffArguments,
  defineResource,
  type Operation,
  type PropertyChange,
  type ResourceState,
} from "../resource.ts";
import { type DrillInputs, drillInputs, validateDrill } from "./inputs.ts";
import { sentence, summarize } from "./summary.ts";

export const DRILL_TOKEN = "tandem:index:FailoverDrill";

/** How long an election may take before a pair counts as unwell. */
const SETTLE_MS = 10_000;

/** Proof that a pair fails over: its outputs are what a client saw during each fault. */
export const drillResource = defineResource<DrillInputs>({
  token: DRILL_TOKEN,
  inputs: drillInputs,
  secrets: [...connectionSecrets(["nodes", "*"]), ...connectionSecrets(["probe", "from"])],
  validate: validateDrill,
  diff: diffDrill,
  create: (inputs, operation) => drill(`${inputs.pair}-drill`, inputs, operation),
  update: (id, inputs, _outputs, operation) => drill(id, inputs, operation),
  read: async (id, inputs, outputs, operation) => {
    if (inputs === undefined) throw new TypeError("a drill cannot be imported: it is run, not found");
    return { id, outputs, reasons: await pairProblems(inputs, operation) };
  },
  remove: async () => undefined,
});

/** When the drill has to be run again. How to reach the nodes is no reason. */
export function diffDrill({ oldInputs, inputs }: DiffArguments): PropertyChange[] {
  const changes: PropertyChange[] = [];
  const compare = (name: string): void => {
    if (!same(oldInputs[name], inputs[name])) changes.push({ path: [name], kind: "update", inputDiff: true });
  };
  for (const name of ["pair", "instance", "faults", "maxOutageMs", "preempts", "preemptDelayMs"])
    compare(name);
  if (!same(target(oldInputs.probe), target(inputs.probe))) {
    changes.push({ path: ["probe"], kind: "update", inputDiff: true });
  }
  if (inputs.when === "change") compare("releases");
  if (inputs.when === "always") changes.push({ path: ["when"], kind: "update", inputDiff: true });
  return changes;
}

function target(probe: DiffArguments["inputs"][string] | undefined) {
  if (typeof probe !== "object" || probe === null || Array.isArray(probe)) return {};
  const { from: _, ...rest } = probe as Record<string, DiffArguments["inputs"][string]>;
  return rest;
}

/** Runs `work` with both hosts of the pair held. */
function withPair<T>(
  inputs: DrillInputs,
  operation: Operation,
  work: (hosts: readonly Host[]) => Promise<T>,
) {
  const [first, second] = inputs.nodes;
  if (first === undefined || second === undefined) throw new RangeError("a pair has two nodes");
  return operation.hosts.use(first, (a) => operation.hosts.use(second, (b) => work([a, b])));
}

async function pairProblems(inputs: DrillInputs, operation: Operation): Promise<readonly string[]> {
  operation.progress(`asking ${inputs.nodes.map((node) => node.name).join(" and ")} who is master`);
  try {
    const settled = await withPair(inputs, operation, (hosts) =>
      settledPair(hosts, SETTLE_MS, operation.signal),
    );
    return settled.problems;
  } catch (error) {
    // The node itself tells that; a drill holds nothing on the host that could be lost.
    if (isUnreachable(error) && operation.settings.onUnreachable === "forget") return [];
    throw error;
  }
}

async function drill(id: string, inputs: DrillInputs, operation: Operation): Promise<ResourceState> {
  const results: DrillResult[] = [];
  for (const fault of inputs.faults) {
    operation.progress(`drill ${fault} begins`);
    const result = await withPair(inputs, operation, (hosts) =>
      runDrill({
        pair: inputs.pair,
        instance: inputs.instance,
        hosts,
        fault,
        probe: inputs.probe,
        maxOutageMs: inputs.maxOutageMs,
        preempts: inputs.preempts,
        preemptDelayMs: inputs.preemptDelayMs,
        signal: operation.signal,
        onEvent: (event) => operation.progress(`drill ${fault}: ${event.node}: ${event.text}`),
      }),
    );
    results.push(result);
    await report(result, operation);
    operation.note(sentence(result));
  }
  const reasons = results.flatMap((result) =>
    result.failures.map((text) => `drill ${result.fault}: ${text}`),
  );
  const summary = Object.fromEntries(results.map((result) => [result.fault, summarize(result)]));
  return { id, outputs: { pair: inputs.pair, vip: inputs.probe.address, results: summary }, reasons };
}

async function report(result: DrillResult, operation: Operation): Promise<void> {
  const folder = operation.settings.drillReports;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${result.pair}-${result.fault}.json`), `${JSON.stringify(result)}\n`);
}
