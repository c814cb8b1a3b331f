import { hostname, userInfo } from "node:os";
import type { ApplyOptions, Host, Observation } from "../../host/host.ts";
import { onceMore } from "../../verify/index.ts";
import { defineResource, type Operation, type ReadState, type ResourceState } from "../resource.ts";
import type { PlainObject } from "../wire/values.ts";
import { shippedBinary } from "./binary.ts";
import { connectionSecrets, nodeId } from "./connection.ts";
import { diffNode } from "./diff.ts";
import { ailments } from "./health.ts";
import { importNode } from "./import.ts";
import { type NodeInputs, nodeInputs, toRelease, validateNode } from "./inputs.ts";
import { nodeOutputs } from "./outputs.ts";
import { isUnreachable, uncleanable, unreadable } from "./unreachable.ts";

export const NODE_TOKEN = "tandem:index:Node";

/** One load-balancer host: everything that is shipped there, as one atomic unit. */
export const nodeResource = defineResource<NodeInputs>({
  token: NODE_TOKEN,
  inputs: nodeInputs,
  secrets: [["secrets"], ...connectionSecrets(["connection"])],
  validate: validateNode,
  diff: diffNode,
  create: (inputs, operation) => ship(nodeId(inputs.connection), inputs, operation),
  update: (id, inputs, _outputs, operation) => ship(id, inputs, operation),
  read: (id, inputs, outputs, operation) =>
    inputs === undefined ? importNode(id, operation) : readNode(id, inputs, outputs, operation),
  remove: removeNode,
});

/** Brings the host to the release. The id stays: only another address makes another node. */
async function ship(id: string, inputs: NodeInputs, operation: Operation): Promise<ResourceState> {
  const release = toRelease(inputs);
  const binaryPath = await shippedBinary(operation.settings.binary, inputs.binary);
  const observed = await operation.hosts.use(inputs.connection, async (host) => {
    const options: ApplyOptions = {
      secrets: inputs.secrets,
      binaryPath,
      owner: applier(),
      signal: operation.signal,
      onProgress: ({ step, message }) => operation.progress(`${step}: ${message}`),
    };
    // An apply begins with everything that a preflight looks at, under the host's lock.
    return host.apply(release, options);
  });
  return state(id, inputs, observed);
}

async function readNode(
  id: string,
  inputs: NodeInputs,
  outputs: PlainObject,
  operation: Operation,
): Promise<ReadState> {
  const { connection } = inputs;
  try {
    const observed = await operation.hosts.use(connection, (host) => {
      operation.progress(`reading ${connection.name}`);
      return onceMore(() => host.observe(toRelease(inputs), inputs.secrets));
    });
    return state(id, inputs, observed);
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    if (operation.settings.onUnreachable === "forget") {
      operation.note(`${connection.name} does not answer: taken as it was when it was last read`);
      return { id, outputs, reasons: [] };
    }
    throw unreadable(error, connection.name);
  }
}

function state(id: string, inputs: NodeInputs, observed: Observation): ResourceState {
  return { id, outputs: nodeOutputs(inputs, observed), reasons: ailments(toRelease(inputs), observed) };
}

async function removeNode(_id: string, inputs: NodeInputs, operation: Operation): Promise<void> {
  const { connection } = inputs;
  try {
    await operation.hosts.use(connection, (host: Host) =>
      host.destroy({
        owner: applier(),
        signal: operation.signal,
        onProgress: ({ step, message }) => operation.progress(`${step}: ${message}`),
      }),
    );
  } catch (error) {
    if (!isUnreachable(error)) throw error;
    if (operation.settings.onUnreachable === "forget") {
      operation.note(`${connection.name} does not answer: dropped from the state, the host was not cleaned`);
      return;
    }
    throw uncleanable(error, connection.name);
  }
}

/** Who applies, for the host's lock and journal: `alice@laptop pid 4242`. */
export function applier(): string {
  return `${userName()}@${hostname()} pid ${process.pid}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A numeric user without an entry in the password file, as in containers.
    return `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
