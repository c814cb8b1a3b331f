import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import type { Connection, Observation } from "../../host/host.ts";
import { fileNames, filePath } from "../../host/layout.ts";
import { type ByFile, HostPaths, type Release, type ReleaseFile } from "../../render/release.ts";
import type { Operation, ReadState } from "../resource.ts";
import type { Settings } from "../settings.ts";
import { parseNodeId } from "./connection.ts";
import { ailments } from "./health.ts";
import { formatPermissions, type NodeInputs, toRelease } from "./inputs.ts";
import { nodeOutputs } from "./outputs.ts";

/** Takes over a host that was provisioned before: all that is known is its id. */
export async function importNode(id: string, operation: Operation): Promise<ReadState> {
  const place = parseNodeId(id);
  if (place === undefined) throw badId(id);
  const connection = importConnection(place, operation.settings);
  const observed = await operation.hosts.use(connection, async (host) => {
    operation.progress(`reading ${connection.name}`);
    // The first look finds which kernel parameters are managed, the second reads their values.
    const first = await host.observe(everything(connection, {}), {});
    const sysctls = declaredSysctls(first.files["90-tandem.conf"]?.text ?? "");
    return host.observe(everything(connection, sysctls), {});
  });
  if (observed.releaseId === undefined) throw notOurs(connection);
  const inputs = inputsFrom(connection, observed);
  return {
    id,
    inputs,
    outputs: nodeOutputs(inputs, observed),
    reasons: ailments(toRelease(inputs), observed),
  };
}

function importConnection(
  place: Pick<Connection, "name" | "address" | "port">,
  settings: Settings,
): Connection {
  const { sshUser, sshPrivateKeyFile, sshKnownHosts } = settings;
  return {
    ...place,
    user: sshUser,
    auth: [
      sshPrivateKeyFile === undefined
        ? { kind: "agent" }
        : { kind: "privateKeyFile", path: sshPrivateKeyFile },
    ],
    hostKey: { kind: "knownHosts", ...(sshKnownHosts === undefined ? {} : { path: sshKnownHosts }) },
    ...(sshUser === "root" ? {} : { sudo: {} }),
  };
}

/** A release that asks for every file, as a question to the host. */
function everything(connection: Connection, sysctls: Readonly<Record<string, string>>): Release {
  const files: ByFile<ReleaseFile> = {};
  for (const name of fileNames()) files[name] = { path: filePath(name), mode: 0o644, text: "", sha256: "" };
  return {
    id: "",
    node: connection.name,
    pair: "",
    files,
    sysctls,
    service: { enabled: true, active: true },
    binary: { sha256: "", version: "" },
    secretNames: [],
    requires: { interfaces: [], listens: [], vips: [] },
  };
}

/** `key = value` lines of a sysctl.d file. */
export function declaredSysctls(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const match = /^\s*-?([\w./-]+)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) found[match[1]] = match[2];
  }
  return found;
}

function inputsFrom(connection: Connection, observed: Observation): NodeInputs {
  const files: NodeInputs["files"] = {};
  const paths: NodeInputs["paths"] = {};
  const permissions: NodeInputs["permissions"] = {};
  for (const name of fileNames(observed.files)) {
    const file = observed.files[name];
    if (file === undefined) continue;
    files[name] = file.text;
    paths[name] = file.path;
    permissions[name] = formatPermissions(file.mode, file.owner);
  }
  return {
    connection,
    pair: "imported",
    releaseId: observed.releaseId ?? "",
    files,
    paths,
    permissions,
    sysctls: { ...observed.sysctls },
    service: { ...observed.service },
    binary: { sha256: observed.binary?.sha256 ?? "", version: observed.daemon?.version ?? "unknown" },
    requires: { interfaces: [], listens: [], vips: [] },
    secrets: {},
    imported: true,
  };
}

function badId(id: string): TandemError {
  return new TandemError(
    [
      {
        code: "PROVIDER_IMPORT_ID",
        severity: "error",
        message: `${JSON.stringify(id)} is not the id of a node`,
        hint: "write NAME@ADDRESS or NAME@ADDRESS:PORT, e.g. lb-a@10.0.0.11",
      },
    ],
    { exitCode: ExitCode.usage },
  );
}

function notOurs(connection: Connection): TandemError {
  return new TandemError([
    {
      code: "PROVIDER_IMPORT_NOTHING",
      severity: "error",
      message: `${connection.name} has no release: ${HostPaths.current} is absent`,
      where: { kind: "host", host: connection.name },
      why: "only a host that was provisioned before can be imported",
      hint: "leave the node out of the import: the next `pulumi up` creates it",
    },
  ]);
}
