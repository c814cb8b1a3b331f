import { setTimeout as sleep } from "node:timers/promises";
import { fillSecrets, HostPaths, type Release, type SecretValues } from "../../render/index.ts";
import type { DaemonStatus } from "../daemon-status.ts";
import type { Shell } from "../host.ts";
import { binaryPath, normalizeSysctl, procPath } from "../layout.ts";
import { readStatus } from "../observe/facts.ts";
import { sha256 } from "../observe/observe.ts";
import { runScript, text } from "../script.ts";

/** Milliseconds until what was taken over has to stand, and between two looks, at most. */
const PATIENCE = 20_000;
const PAUSE = 150;
/** Milliseconds for what depends on others, such as health checks of the servers. */
const SETTLE = 6_000;

/** Arguments: the executable, then the /proc/sys path of each parameter. */
const LOOK = `
binary=$1
shift
record active "$(systemctl is-active tandem.service)"
record status "$(timeout 5 "$binary" status --json --run-dir ${HostPaths.runtime} 2>&1)"
for path; do record sysctl "$(cat "$path" 2>/dev/null)"; done
`;

export interface SelfCheck {
  /** Why the host does not run what it was given; empty is success. */
  readonly reasons: readonly string[];
  /** What is not well for reasons outside of the host, such as servers that do not answer. */
  readonly notes: readonly string[];
}

/** Waits until the host runs what it was given, and tells why not when the patience is over. */
export async function selfCheck(
  shell: Shell,
  release: Release,
  secrets: SecretValues,
  before: DaemonStatus | undefined,
  rollbackAfter: number,
): Promise<SelfCheck> {
  const started = Date.now();
  // The verdict has to be there before the host's own timer goes back.
  const patience = Math.min(PATIENCE, (rollbackAfter * 1000) / 3);
  for (;;) {
    const found = await look(shell, release, secrets, before);
    const waited = Date.now() - started;
    if (found.reasons.length === 0 && (found.notes.length === 0 || waited > Math.min(SETTLE, patience)))
      return found;
    if (waited > patience) return found;
    // What comes soon is looked for more often.
    await sleep(Math.min(PAUSE, 20 + waited / 4));
  }
}

async function look(
  shell: Shell,
  release: Release,
  secrets: SecretValues,
  before: DaemonStatus | undefined,
): Promise<SelfCheck> {
  const keys = Object.keys(release.sysctls);
  const args = [binaryPath(release.binary.sha256), ...keys.map(procPath)];
  const { records } = await runScript(shell, LOOK, args);
  const all = (kind: string) =>
    records.filter((record) => record.kind === kind).map((record) => text(record, 0));
  const values = all("sysctl");
  const service = serviceReasons(release, secrets, all("active")[0] ?? "", all("status")[0] ?? "", before);
  return {
    reasons: [
      ...keys.flatMap((key, i) => sysctlReason(key, release.sysctls[key] ?? "", values[i] ?? "")),
      ...service.reasons,
    ],
    notes: service.notes,
  };
}

function sysctlReason(key: string, wanted: string, found: string): readonly string[] {
  if (normalizeSysctl(found) === normalizeSysctl(wanted)) return [];
  return [`the kernel holds ${found.trim()} for ${key}, not ${wanted}`];
}

function serviceReasons(
  release: Release,
  secrets: SecretValues,
  active: string,
  json: string,
  before: DaemonStatus | undefined,
): SelfCheck {
  const state = active.trim();
  const only = (reasons: readonly string[]) => ({ reasons, notes: [] });
  if (!release.service.active) return only(state === "active" ? ["the service still runs"] : []);
  if (state !== "active") return only([`the service is ${state || "unknown"}`]);
  const status = readStatus(json);
  if (status === undefined)
    return only([`the service does not tell its status: ${json.trim().slice(0, 300)}`]);
  return statusReasons(release, secrets, status, before);
}

/** What in a status is not as it shall be; pure. */
export function statusReasons(
  release: Release,
  secrets: SecretValues,
  status: DaemonStatus,
  before: DaemonStatus | undefined,
): SelfCheck {
  const digest = (name: "haproxy.cfg" | "keepalived.conf") => {
    const file = release.files[name];
    return file === undefined ? null : sha256(fillSecrets(file.text, secrets));
  };
  const { configuration, vrrp, proxy } = status;
  const faults = (vrrp?.instances ?? []).filter(({ state }) => state !== "BACKUP" && state !== "MASTER");
  const say = ({ name, state, reasons }: Instance) =>
    `instance ${name} is in ${state}${reasons.length === 0 ? "" : `: ${reasons.join(", ")}`}`;
  return {
    reasons: [
      ...(configuration.haproxySha256 === digest("haproxy.cfg")
        ? []
        : ["the service runs another haproxy.cfg"]),
      ...(configuration.keepalivedSha256 === digest("keepalived.conf")
        ? []
        : ["the service runs another keepalived.conf"]),
      ...(release.files["keepalived.conf"] !== undefined && vrrp === null
        ? ["the VRRP process does not answer"]
        : []),
      ...(release.files["haproxy.cfg"] !== undefined && proxy === null
        ? ["the proxy process does not answer"]
        : []),
      ...faults.filter((fault) => !isExpected(fault, before)).map(say),
      ...(proxy?.frontends ?? []).flatMap((frontend) =>
        frontend.listening
          ? []
          : [`frontend ${frontend.name} does not listen on ${frontend.binds.join(", ")}`],
      ),
      ...status.processes.flatMap((process) => restartReason(process, status, before)),
    ],
    notes: faults.filter((fault) => isExpected(fault, before)).map(say),
  };
}

type Instance = NonNullable<DaemonStatus["vrrp"]>["instances"][number];

/**
 * A FAULT that is not of this apply's making: the instance was in FAULT before, or it is new and
 * waits for something that it tracks, as a pair does that is set up before its servers. An
 * instance that was well before and is not now was broken by the change.
 */
function isExpected({ name, state, reasons }: Instance, before: DaemonStatus | undefined): boolean {
  if (state !== "FAULT") return false;
  const was = before?.vrrp?.instances.find((other) => other.name === name);
  if (was !== undefined) return was.state === "FAULT";
  return reasons.length > 0 && reasons.every((reason) => reason.endsWith(" failed"));
}

function restartReason(
  process: DaemonStatus["processes"][number],
  status: DaemonStatus,
  before: DaemonStatus | undefined,
): readonly string[] {
  const same = before?.pid === status.pid ? before : undefined;
  const was = same?.processes.find((other) => other.name === process.name)?.restarts ?? 0;
  return process.restarts > was ? [`process ${process.name} crashed and was restarted`] : [];
}
