import { hostname, userInfo } from "node:os";
import { ExitCode, TandemError } from "../../diagnostics/index.ts";
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
    throw unreachable(error, connection.name, `cannot read ${connection.name}, so nothing is planned`);
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
    throw unreachable(error, connection.name, `cannot clean ${connection.name}, so it stays in the state`);
  }
}

function isUnreachable(error: unknown): error is TandemError {
  return error instanceof TandemError && error.exitCode === ExitCode.unreachable;
}

/** The host's own error with the way on: silence is never taken for absence. */
function unreachable(error: TandemError, node: string, message: string): TandemError {
  return new TandemError(
    [
      ...error.problems,
      {
        code: "PROVIDER_HOST_UNREACHABLE",
        severity: "error",
        message,
        where: { kind: "host", host: node },
        why: "a host that comes back later would still claim the virtual addresses",
        hint: "bring the host back and run again, or, when it is gone for good, run `TANDEM_ON_UNREACHABLE=forget pulumi destroy`",
      },
    ],
    { exitCode: error.exitCode, cause: error },
  );
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
