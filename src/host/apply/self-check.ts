import { setTimeout as sleep } from "node:timers/promises";
import { fillSecrets, HostPaths, type Release, type SecretValues } from "../../render/index.ts";
import type { DaemonStatus } from "../daemon-status.ts";
import type { Shell } from "../host.ts";
import { binaryPath, normalizeSysctl, procPath } from "../layout.ts";
import { readStatus } from "../observe/facts.ts";
import { sha256 } from "../observe/observe.ts";
import { runScript, text } from "../script.ts";

/** Milliseconds until what was taken over has to stand, at most, and between two looks. */
const PATIENCE = 20_000;
const PAUSE = 150;

/** Arguments: the executable, then the /proc/sys path of each parameter. */
const LOOK = `
binary=$1
shift
record active "$(systemctl is-active tandem.service)"
record status "$(timeout 5 "$binary" status --json --run-dir ${HostPaths.runtime} 2>&1)"
for path; do record sysctl "$(cat "$path" 2>/dev/null)"; done
`;

/**
 * Waits until the host runs what it was given. Returns the reasons why it does not when the
 * patience is over; an empty list is success.
 */
export async function selfCheck(
  shell: Shell,
  release: Release,
  secrets: SecretValues,
  before: DaemonStatus | undefined,
  rollbackAfter: number,
): Promise<readonly string[]> {
  // The verdict has to be there before the host's own timer goes back.
  const deadline = Date.now() + Math.min(PATIENCE, (rollbackAfter * 1000) / 3);
  const keys = Object.keys(release.sysctls);
  for (;;) {
    const args = [binaryPath(release.binary.sha256), ...keys.map(procPath)];
    const { records } = await runScript(shell, LOOK, args);
    const all = (kind: string) =>
      records.filter((record) => record.kind === kind).map((record) => text(record, 0));
    const values = all("sysctl");
    const reasons = [
      ...keys.flatMap((key, i) => sysctlReason(key, release.sysctls[key] ?? "", values[i] ?? "")),
      ...serviceReasons(release, secrets, all("active")[0] ?? "", all("status")[0] ?? "", before),
    ];
    if (reasons.length === 0 || Date.now() > deadline) return reasons;
    await sleep(PAUSE);
  }
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
): readonly string[] {
  const state = active.trim();
  if (!release.service.active) return state === "active" ? ["the service still runs"] : [];
  if (state !== "active") return [`the service is ${state || "unknown"}`];
  const status = readStatus(json);
  if (status === undefined) return [`the service does not tell its status: ${json.trim().slice(0, 300)}`];
  return statusReasons(release, secrets, status, before);
}

/** What in a status is not as it shall be; pure. */
export function statusReasons(
  release: Release,
  secrets: SecretValues,
  status: DaemonStatus,
  before: DaemonStatus | undefined,
): readonly string[] {
  const digest = (name: "haproxy.cfg" | "keepalived.conf") => {
    const file = release.files[name];
    return file === undefined ? null : sha256(fillSecrets(file.text, secrets));
  };
  const { configuration, vrrp, proxy } = status;
  return [
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
    ...(vrrp?.instances ?? []).flatMap((instance) => instanceReason(instance, before)),
    ...(proxy?.frontends ?? []).flatMap((frontend) =>
      frontend.listening ? [] : [`frontend ${frontend.name} does not listen on ${frontend.binds.join(", ")}`],
    ),
    ...status.processes.flatMap((process) => restartReason(process, status, before)),
  ];
}

type Instance = NonNullable<DaemonStatus["vrrp"]>["instances"][number];

/** An instance that was in FAULT before for reasons of its own is no fault of this apply. */
function instanceReason(instance: Instance, before: DaemonStatus | undefined): readonly string[] {
  const { name, state, reasons } = instance;
  if (state === "BACKUP" || state === "MASTER") return [];
  const was = before?.vrrp?.instances.find((other) => other.name === name);
  if (state === "FAULT" && was?.state === "FAULT" && was.reasons.join() === reasons.join()) return [];
  return [`instance ${name} is in ${state}${reasons.length === 0 ? "" : `: ${reasons.join(", ")}`}`];
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
