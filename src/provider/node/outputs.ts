import type { Observation } from "../../host/host.ts";
import { fileNames } from "../../host/layout.ts";
import { formatPermissions, type NodeInputs } from "./inputs.ts";

/** Outputs of a node: the inputs' properties with live values, and facts that are never compared. */
export interface NodeOutputs {
  readonly address: string;
  readonly port: number;
  readonly pair: string;
  readonly releaseId: string;
  readonly files: Readonly<Record<string, string>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly service: { readonly enabled: boolean; readonly active: boolean };
  readonly binary: { readonly sha256: string; readonly version: string };
  readonly hostname: string;
  readonly kernel: string;
  readonly architecture: string;
  /** VRRP state of each instance now: a fact, not a wish. */
  readonly roles: Readonly<Record<string, string>>;
  /** Virtual addresses that this host holds now. */
  readonly held: readonly string[];
}

/** The observed host in the shape of the inputs. */
export function nodeOutputs(inputs: NodeInputs, observed: Observation): NodeOutputs {
  const files: Record<string, string> = {};
  const permissions: Record<string, string> = {};
  for (const name of fileNames(observed.files)) {
    const file = observed.files[name];
    if (file === undefined) continue;
    files[name] = file.text;
    permissions[name] = formatPermissions(file.mode, file.owner);
  }
  const instances = observed.daemon?.vrrp?.instances ?? [];
  return {
    address: inputs.connection.address,
    port: inputs.connection.port,
    pair: inputs.pair,
    releaseId: observed.releaseId ?? "",
    files,
    permissions,
    sysctls: { ...observed.sysctls },
    service: { enabled: observed.service.enabled, active: observed.service.active },
    binary: { sha256: liveDigest(observed), version: observed.daemon?.version ?? inputs.binary.version },
    hostname: observed.hostname,
    kernel: observed.kernel,
    architecture: observed.architecture,
    roles: Object.fromEntries(instances.map((instance) => [instance.name, instance.state])),
    held: instances.flatMap((instance) => instance.held),
  };
}

function liveDigest(observed: Observation): string {
  if (observed.binary === undefined) return "";
  return observed.binary.intact
    ? observed.binary.sha256
    : `damaged (its name says ${observed.binary.sha256})`;
}
