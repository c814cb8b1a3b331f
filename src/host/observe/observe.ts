import { createHash } from "node:crypto";
import type { ByFile, Release, ReleaseFileName, SecretValues } from "../../render/release.ts";
import { parseFailedCopy } from "../apply/failed-copy.ts";
import { maskSecrets } from "../compare/secrets.ts";
import type { Observation, ObservedFile, RunOptions, Shell } from "../host.ts";
import { fileNames, filePath, procPath, releaseIdOf } from "../layout.ts";
import { hostError } from "../problem.ts";
import { expectSuccess, runScript } from "../script.ts";
import { digestInPath, type HostFacts, type RawFile, readFacts } from "./facts.ts";
import { OBSERVE } from "./script.ts";

/** What of a release decides what is looked at. */
export interface Wanted {
  readonly binary: { readonly sha256: string };
  readonly files: Readonly<ByFile<unknown>>;
  readonly sysctls: Readonly<Record<string, unknown>>;
}

/** Reads a host in one round trip. Throws TandemError when it cannot be read whole. */
export async function readHost(shell: Shell, wanted: Wanted, options: RunOptions = {}): Promise<HostFacts> {
  const names = fileNames(wanted.files);
  const sysctlKeys = Object.keys(wanted.sysctls);
  const args = [
    wanted.binary.sha256,
    String(names.length),
    ...names.map(filePath),
    ...sysctlKeys.map(procPath),
  ];
  const result = expectSuccess(shell, "reading the host", await runScript(shell, OBSERVE, args, options));
  const facts = readFacts(result.records, names, sysctlKeys);
  if (facts !== undefined) return facts;
  throw hostError(shell.name, "HOST_STEP_FAILED", `reading the host ended early: ${result.stderr.trim()}`, {
    why: "what is missing from the answer would look like drift",
    hint: "check that base64, stat and sha256sum (coreutils) are installed on the host",
  });
}

/** The facts as the rest of the project may see them: no secret in any text. */
export function toObservation(facts: HostFacts, wanted: Release, secrets: SecretValues): Observation {
  const linked = facts.link === undefined ? undefined : releaseIdOf(facts.link);
  // The host goes back by itself in a moment: whoever took this for the wished release would be wrong.
  const releaseId = linked === undefined || facts.pending === undefined ? linked : `${linked} (unconfirmed)`;
  const outdated = outdatedFiles(facts);
  return {
    hostname: facts.hostname,
    architecture: facts.architecture,
    kernel: facts.kernel,
    files: Object.fromEntries(
      Object.entries(facts.files).map(([name, file]) => {
        const fileName = name as ReleaseFileName;
        return [name, observedFile(filePath(fileName), file, wanted.files[fileName]?.text, secrets)];
      }),
    ),
    sysctls: facts.sysctls,
    service: {
      enabled: (facts.unit?.UnitFileState ?? "").startsWith("enabled"),
      active: isActive(facts),
    },
    interfaces: facts.interfaces,
    ...(facts.binary === undefined ? {} : { binary: observedBinary(facts.binary) }),
    ...(releaseId === undefined ? {} : { releaseId }),
    ...(facts.daemon === undefined ? {} : { daemon: facts.daemon }),
    ...(outdated.length === 0 ? {} : { outdated }),
    ...(facts.speaks === undefined ? {} : { speaks: facts.speaks }),
    ...(facts.proxyUser?.grouped === true ? { proxyUser: true as const } : {}),
    ...(facts.failed === undefined ? {} : { failed: parseFailedCopy(facts.failed) }),
  };
}

/** Whether the service runs; while it reloads it does. Where it has several units, all of them have to. */
export function isActive(facts: HostFacts): boolean {
  const gone = facts.daemon?.processes.some(({ pid }) => pid === 0) ?? false;
  return unitIsActive(facts) && !gone;
}

export function unitIsActive(facts: HostFacts): boolean {
  return ["active", "reloading"].includes(facts.unit?.ActiveState ?? "");
}

function observedBinary({ path, sha256 }: { readonly path: string; readonly sha256: string }) {
  const named = digestInPath(path);
  return { sha256: named, intact: named === sha256 };
}

function observedFile(
  path: string,
  file: RawFile,
  wanted: string | undefined,
  secrets: SecretValues,
): ObservedFile {
  const text = maskSecrets(file.bytes.toString("utf8"), wanted, secrets);
  return { path, mode: file.mode, owner: file.owner, text, sha256: sha256(text) };
}

/** Files whose text on disk is not the one that the running service says it has. */
function outdatedFiles(facts: HostFacts): readonly ReleaseFileName[] {
  const running = facts.daemon?.configuration;
  if (running === undefined) return [];
  const pairs = [
    ["haproxy.cfg", running.haproxySha256],
    ["keepalived.conf", running.keepalivedSha256],
  ] as const;
  return pairs.flatMap(([name, digest]) => {
    const file = facts.files[name];
    return file === undefined || digest === sha256(file.bytes) ? [] : [name];
  });
}

export function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}
