import { PROXY_USER, type Release, type ReleaseFileName } from "../../render/release.ts";
import type { Observation } from "../host.ts";
import { fileNames, normalizeSysctl } from "../layout.ts";
import { unifiedDiff } from "./text-diff.ts";

/** One thing on a host that is not as the release says. */
export type Difference =
  | {
      readonly kind: "file";
      readonly file: ReleaseFileName;
      readonly change: "missing" | "unexpected" | "changed";
      /** Unified diff from what the host has (`-`) to what the release says (`+`). */
      readonly diff: string;
    }
  | { readonly kind: "mode"; readonly file: ReleaseFileName; readonly wanted: number; readonly found: number }
  | {
      readonly kind: "owner";
      readonly file: ReleaseFileName;
      readonly wanted: string;
      readonly found: string;
    }
  | { readonly kind: "sysctl"; readonly key: string; readonly wanted: string; readonly found?: string }
  | {
      readonly kind: "service";
      readonly property: "enabled" | "active";
      readonly wanted: boolean;
      readonly found: boolean;
    }
  | { readonly kind: "binary"; readonly wanted: string; readonly found?: string; readonly intact: boolean }
  | { readonly kind: "release"; readonly wanted: string; readonly found?: string }
  | { readonly kind: "running-config"; readonly file: ReleaseFileName }
  | { readonly kind: "user"; readonly wanted: string };

const OWNER = "root:root";

/** Everything in which a host differs from a release, in a stable order; empty when nothing does. */
export function diffObservation(release: Release, found: Observation): readonly Difference[] {
  return [
    ...fileNames(release.files, found.files).flatMap((name) => diffFile(name, release, found)),
    ...diffSysctls(release, found),
    ...diffService(release, found),
    ...diffBinary(release, found),
    ...diffRelease(release, found),
    ...(found.outdated ?? []).map((file): Difference => ({ kind: "running-config", file })),
    ...diffUser(release, found),
  ];
}

function diffFile(file: ReleaseFileName, release: Release, observation: Observation): readonly Difference[] {
  const wanted = release.files[file];
  const found = observation.files[file];
  if (wanted === undefined && found === undefined) return [];
  if (wanted === undefined)
    return [{ kind: "file", file, change: "unexpected", diff: unifiedDiff(found?.text ?? "", "") }];
  if (found === undefined)
    return [{ kind: "file", file, change: "missing", diff: unifiedDiff("", wanted.text) }];
  const differences: Difference[] = [];
  if (found.text !== wanted.text)
    differences.push({ kind: "file", file, change: "changed", diff: unifiedDiff(found.text, wanted.text) });
  if (found.mode !== wanted.mode)
    differences.push({ kind: "mode", file, wanted: wanted.mode, found: found.mode });
  if (found.owner !== OWNER) differences.push({ kind: "owner", file, wanted: OWNER, found: found.owner });
  return differences;
}

function diffSysctls(release: Release, observation: Observation): readonly Difference[] {
  return Object.entries(release.sysctls).flatMap(([key, wanted]): Difference[] => {
    const found = observation.sysctls[key];
    if (found === undefined) return [{ kind: "sysctl", key, wanted }];
    return normalizeSysctl(found) === normalizeSysctl(wanted) ? [] : [{ kind: "sysctl", key, wanted, found }];
  });
}

function diffService(release: Release, observation: Observation): readonly Difference[] {
  return (["enabled", "active"] as const).flatMap((property): Difference[] => {
    const wanted = release.service[property];
    const found = observation.service[property];
    return wanted === found ? [] : [{ kind: "service", property, wanted, found }];
  });
}

function diffBinary(release: Release, { binary }: Observation): readonly Difference[] {
  const wanted = release.binary.sha256;
  if (binary === undefined) return [{ kind: "binary", wanted, intact: false }];
  if (binary.sha256 === wanted && binary.intact) return [];
  return [{ kind: "binary", wanted, found: binary.sha256, intact: binary.intact }];
}

function diffRelease(release: Release, { releaseId }: Observation): readonly Difference[] {
  if (releaseId === release.id) return [];
  return [{ kind: "release", wanted: release.id, ...(releaseId === undefined ? {} : { found: releaseId }) }];
}

function diffUser(release: Release, { proxyUser }: Observation): readonly Difference[] {
  if (release.files["sysusers.conf"] === undefined || proxyUser === true) return [];
  return [{ kind: "user", wanted: PROXY_USER }];
}

/** One line that says what differs: what the host has, then what the release says. */
export function describeDifference(difference: Difference): string {
  switch (difference.kind) {
    case "file":
      return `${difference.file} ${FILE_CHANGE[difference.change]}`;
    case "mode":
      return `${difference.file} has mode ${octal(difference.found)}, not ${octal(difference.wanted)}`;
    case "owner":
      return `${difference.file} belongs to ${difference.found}, not ${difference.wanted}`;
    case "sysctl":
      return `sysctl ${difference.key} is ${difference.found ?? "unknown to the kernel"}, not ${difference.wanted}`;
    case "service":
      return `the service is ${difference.found ? "" : "not "}${difference.property}`;
    case "binary":
      return describeBinary(difference);
    case "release":
      return `the current release is ${difference.found ?? "none"}, not ${difference.wanted}`;
    case "running-config":
      return `the service runs another text than ${difference.file} has`;
    case "user":
      return `there is no user and group ${difference.wanted}, as which the proxy starts`;
  }
}

const FILE_CHANGE = {
  missing: "is missing",
  unexpected: "should not be there",
  changed: "was changed",
} as const;

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}

function describeBinary(difference: Extract<Difference, { kind: "binary" }>): string {
  if (difference.found === undefined) return "tandemd is not installed";
  if (difference.found === difference.wanted)
    return `tandemd ${difference.wanted.slice(0, 12)} was altered on the host`;
  return `tandemd is ${difference.found.slice(0, 12)}, not ${difference.wanted.slice(0, 12)}`;
}
