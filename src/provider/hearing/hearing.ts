import * as z from "zod";
import { formatProblem } from "../../diagnostics/index.ts";
import type { Host } from "../../host/host.ts";
import {
  beginLeading,
  type Direction,
  deafness,
  exchange,
  isUnsure,
  provedHearing,
} from "../../verify/index.ts";
import { connectionSchema, connectionSecrets } from "../node/connection.ts";
import { same } from "../node/diff.ts";
import { isUnreachable } from "../node/unreachable.ts";
import { defineResource, type Operation, type PropertyChange, type ResourceState } from "../resource.ts";

export const HEARING_TOKEN = "tandem:index:PairHearing";

/** Inputs of `tandem:index:PairHearing`: whose adverts have to be heard, and until when. */
export const hearingInputs = z.strictObject({
  pair: z.string().min(1),
  nodes: z.array(connectionSchema).length(2),
  /** Milliseconds until both nodes have heard each other; follows from the advert intervals. */
  deadlineMs: z.number().positive(),
  /** Release of each node: another release is another proof. */
  releases: z.record(z.string(), z.string()),
});

type HearingInputs = z.infer<typeof hearingInputs>;

/** Proof that both nodes of a pair hear each other: a deployment whose nodes do not fails. */
export const hearingResource = defineResource<HearingInputs>({
  token: HEARING_TOKEN,
  inputs: hearingInputs,
  secrets: connectionSecrets(["nodes", "*"]),
  validate: () => [],
  diff: ({ oldInputs, inputs }): PropertyChange[] =>
    ["pair", "releases"].flatMap((name) =>
      same(oldInputs[name], inputs[name]) ? [] : [{ path: [name], kind: "update", inputDiff: true }],
    ),
  create: (inputs, operation) => prove(`${inputs.pair}-hearing`, inputs, operation, true),
  update: (id, inputs, _outputs, operation) => prove(id, inputs, operation, true),
  read: async (id, inputs, outputs, operation) => {
    if (inputs === undefined) throw new TypeError("hearing cannot be imported: it is proved, not found");
    try {
      const { reasons } = await prove(id, inputs, operation, false);
      return { id, outputs, reasons };
    } catch (error) {
      // The node itself tells that.
      if (isUnreachable(error) && operation.settings.onUnreachable === "forget")
        return { id, outputs, reasons: [] };
      throw error;
    }
  },
  remove: async () => undefined,
});

async function prove(
  id: string,
  inputs: HearingInputs,
  operation: Operation,
  mayDisturb: boolean,
): Promise<ResourceState> {
  const names = inputs.nodes.map(({ name }) => name).join(" and ");
  operation.progress(`asking ${names} whether they hear each other`);
  const directions = await withHosts(inputs, operation, async (hosts) => {
    const { deadlineMs } = inputs;
    const { signal } = operation;
    const found = await provedHearing(hosts, {
      deadlineMs,
      signal,
      onCheckIn: (seconds) => operation.progress(`${names}: not heard yet, ${seconds} s`),
      ...(mayDisturb ? { onSilence: (silent) => beginLeading(hosts, silent, signal) } : {}),
    });
    if (!mayDisturb || deafness(found).length > 0 || !isUnsure(found)) return found;
    operation.progress(`${names}: one was never master since the other started; handing over and back`);
    return exchange(hosts, found, deadlineMs, signal);
  });
  const reasons = deafness(directions).map(formatProblem);
  return { id, outputs: { pair: inputs.pair, heard: Object.fromEntries(directions.map(told)) }, reasons };
}

function told({ instance, from, to, proof }: Direction): [string, string] {
  return [`${instance}: ${from} to ${to}`, proof];
}

function withHosts<T>(
  inputs: HearingInputs,
  operation: Operation,
  work: (hosts: readonly Host[]) => Promise<T>,
) {
  const [first, second] = inputs.nodes;
  if (first === undefined || second === undefined) throw new RangeError("a pair has two nodes");
  return operation.hosts.use(first, (a) => operation.hosts.use(second, (b) => work([a, b])));
}
