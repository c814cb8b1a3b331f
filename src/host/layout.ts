import { dirname } from "node:path/posix";
import { HostPaths, isCertificateFile, sysctlPath } from "../render/index.ts";
import type { ByFile, FixedFileName, ReleaseFileName } from "../render/release.ts";

/** Where the files stand that every release may have. */
export const FILE_PATHS: Readonly<Record<FixedFileName, string>> = {
  "haproxy.cfg": `${HostPaths.current}/haproxy.cfg`,
  "keepalived.conf": `${HostPaths.current}/keepalived.conf`,
  "nftables.nft": `${HostPaths.current}/nftables.nft`,
  "90-tandem.conf": HostPaths.sysctl,
  "sysusers.conf": `${HostPaths.current}/sysusers.conf`,
  "tandem.service": HostPaths.unit,
};

const FIXED = Object.keys(FILE_PATHS) as readonly FixedFileName[];

/** What to look at: the files that a release may have, then the certificates that some of these have. */
export function fileNames(...found: readonly Readonly<ByFile<unknown>>[]): readonly ReleaseFileName[] {
  const others = found.flatMap((files) => Object.keys(files)).filter(isCertificateFile);
  return [...FIXED, ...[...new Set(others)].sort()];
}

export function filePath(name: ReleaseFileName): string {
  return isCertificateFile(name) ? `${HostPaths.current}/${name}` : FILE_PATHS[name];
}

/** The files that live in the release folder and change by swapping the link. */
export function isInRelease(name: ReleaseFileName): boolean {
  return filePath(name).startsWith(`${HostPaths.current}/`);
}

export const UNIT = "tandem.service";

/** The units of Debian's packages, in the order in which they stop: the addresses go before who serves them. */
export const PACKAGE_UNITS = ["keepalived.service", "haproxy.service"] as const;

/** Stands beside a package's unit while the unit reads the files of a release. */
export const dropIn = (unit: string): string => `/run/systemd/system/${unit}.d/50-tandem.conf`;

/** What only src/host knows of: the state of an apply in progress. */
export const StatePaths = {
  dir: dirname(HostPaths.baseline),
  /** Present from the moment a rollback is armed until the new release is confirmed. */
  pending: `${dirname(HostPaths.baseline)}/pending`,
  /** The last release that could not be taken over, and why; gone with the next that is. */
  failed: `${dirname(HostPaths.baseline)}/failed`,
  /** Units on disk, not transient ones: a host that reboots half way goes back as well. */
  rollbackUnit: "/etc/systemd/system/tandem-rollback.service",
  rollbackTimer: "/etc/systemd/system/tandem-rollback.timer",
  /** Serialises switch, confirm and rollback on the host. */
  guard: "/run/tandem-switch.lock",
  stagePrefix: "/etc/tandem/.stage-",
  binaryStagePrefix: `${HostPaths.binaryDir}/.stage-`,
} as const;

/** Path of the executable with a digest. */
export function binaryPath(sha256: string): string {
  return `${HostPaths.binaryDir}/tandemd-${sha256}`;
}

/** Absolute path of a kernel parameter. */
export function procPath(key: string): string {
  return `/proc/sys/${sysctlPath(key)}`;
}

/** White space between the numbers of a value is a tab when read and may be a space when written. */
export function normalizeSysctl(value: string): string {
  return value.trim().replace(/\s+/g, "\t");
}

/**
 * The release that a folder name stands for: the id, with `.2` and so on when the folder of that
 * id had been changed by hand and is kept for the way back.
 */
export function releaseIdOf(linkTarget: string): string | undefined {
  return /\/([0-9a-z-]+)(?:\.\d+)?$/.exec(linkTarget)?.[1];
}
