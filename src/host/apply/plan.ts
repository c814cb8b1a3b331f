import { randomBytes } from "node:crypto";
import { HostPaths, type Release } from "../../render/index.ts";
import type { Difference } from "../compare/differences.ts";
import { binaryPath, isInRelease, PACKAGE_UNITS, procPath, releaseIdOf } from "../layout.ts";
import type { HostFacts, UnitState } from "../observe/facts.ts";
import { isActive, unitIsActive } from "../observe/observe.ts";
import {
  type Baseline,
  givingBack,
  givingWay,
  inOrder,
  nextBaseline,
  parseBaseline,
  type Setting,
} from "./baseline.ts";

/**
 * `upgrade`: the running daemon goes on as the new executable. `replace`: what runs belongs to another engine,
 * so it is stopped by its own unit before the new one starts.
 */
export type ServiceAction = "none" | "start" | "reload" | "upgrade" | "restart" | "replace" | "stop";

/** What an apply will do on a host, decided before anything is done. */
export interface Plan {
  /** Names the attempt in stage folders and in the armed rollback. */
  readonly attempt: string;
  /** The executable has to be sent. */
  readonly upload: boolean;
  /** Folder that the link will point to, when it changes. */
  readonly releasePath?: string;
  /** User and group of the proxy are to be made. */
  readonly makeUser: boolean;
  readonly writeUnit: boolean;
  readonly writeSysctlFile: boolean;
  /** Files outside the release folder that the release does not have. */
  readonly remove: readonly string[];
  readonly set: readonly Setting[];
  /** The same parameters as they are now, for the way back. */
  readonly setBack: readonly Setting[];
  readonly enable: "yes" | "no" | "keep";
  readonly action: ServiceAction;
  readonly baseline: Baseline;
  /** Units of packages that go out of service before ours starts, in this order. */
  readonly giveWay: readonly (UnitState & { readonly unit: string })[];
  readonly was: { readonly enabled: boolean; readonly active: boolean; readonly program?: string };
  /** Kernel parameters that leave the release but hold a value that is not ours. */
  readonly foreign: readonly Setting[];
}

/** Turns differences into steps. */
export function makePlan(release: Release, facts: HostFacts, differences: readonly Difference[]): Plan {
  const old = parseBaseline(facts.baseline);
  const has = (kind: Difference["kind"]) => differences.some((difference) => difference.kind === kind);
  const changes = (name: string) => differences.some((d) => "file" in d && d.file === name);
  const swap =
    has("release") ||
    differences.some((d) => d.kind !== "running-config" && "file" in d && isInRelease(d.file));
  const wantedUnit = release.files["tandem.service"];
  const wantedSysctl = release.files["90-tandem.conf"];
  const given = givingBack(old, facts.kept, new Set(Object.keys(release.sysctls)));
  const set = inOrder([
    ...differences.flatMap((d) => (d.kind === "sysctl" ? [{ key: d.key, value: d.wanted }] : [])),
    ...given.restore,
  ]);
  const enabled = (facts.unit?.UnitFileState ?? "").startsWith("enabled");
  const giving = givingWay(release, facts);
  const releasePath = swap ? freeReleasePath(release.id, facts) : undefined;
  return {
    attempt: randomBytes(6).toString("hex"),
    upload: storedDigest(release, facts) !== release.binary.sha256,
    ...(releasePath === undefined ? {} : { releasePath }),
    makeUser: has("user"),
    writeUnit: wantedUnit !== undefined && changes("tandem.service"),
    writeSysctlFile: wantedSysctl !== undefined && changes("90-tandem.conf"),
    remove: [
      ...(wantedUnit === undefined && facts.files["tandem.service"] !== undefined ? [HostPaths.unit] : []),
      ...(wantedSysctl === undefined && facts.files["90-tandem.conf"] !== undefined
        ? [HostPaths.sysctl]
        : []),
    ],
    set,
    setBack: set.flatMap(({ key }) => {
      const value = facts.sysctls[key] ?? facts.kept[procPath(key)];
      return value === undefined ? [] : [{ key, value }];
    }),
    enable: enabled === release.service.enabled ? "keep" : release.service.enabled ? "yes" : "no",
    action: serviceAction(release, facts, {
      upgrade: isUpgrade(release, facts, differences),
      restart: changes("tandem.service") || has("binary"),
      reload: swap || has("running-config"),
    }),
    baseline: nextBaseline(release, facts, old),
    was: {
      enabled,
      active: isActive(facts),
      ...(facts.binary === undefined ? {} : { program: facts.binary.path }),
    },
    foreign: given.foreign,
    giveWay: PACKAGE_UNITS.flatMap((unit) => {
      const state = giving[unit];
      return state === undefined ? [] : [{ unit, ...state }];
    }),
  };
}

/** Digest of the file that stands under the wanted digest's name, whether a unit uses it or not. */
function storedDigest(release: Release, facts: HostFacts): string | undefined {
  if (facts.binary?.path === binaryPath(release.binary.sha256)) return facts.binary.sha256;
  return facts.stored;
}

/** A folder that does not exist yet: what another release or a hand has changed stays for the way back. */
function freeReleasePath(id: string, facts: HostFacts): string {
  const taken = new Set(facts.releases);
  const base = `${HostPaths.releases}/${id}`;
  for (let n = 1; ; n += 1) {
    const path = n === 1 ? base : `${base}.${n}`;
    if (!taken.has(path)) return path;
  }
}

function serviceAction(
  release: Release,
  facts: HostFacts,
  needs: { readonly upgrade: boolean; readonly restart: boolean; readonly reload: boolean },
): ServiceAction {
  const active = isActive(facts);
  const unit = release.files["tandem.service"]?.text;
  if (!release.service.active) return active || facts.unit?.ActiveState === "activating" ? "stop" : "none";
  if (unitIsActive(facts) && engineOf(facts.files["tandem.service"]?.bytes) !== engineOf(unit))
    return "replace";
  // A unit whose processes are gone has to be told twice.
  if (!active) return unitIsActive(facts) ? "restart" : "start";
  if (needs.upgrade) return "upgrade";
  if (needs.restart) return "restart";
  return needs.reload ? "reload" : "none";
}

/** The engine that a unit says it belongs to. */
function engineOf(unit: Buffer | string | undefined): string {
  return /^X-Tandem-Engine=(\w+)$/m.exec(unit?.toString() ?? "")?.[1] ?? "tandemd";
}

/** Another executable, and nothing else in the unit: what it says beside that holds for the running process. */
function isUpgrade(release: Release, facts: HostFacts, differences: readonly Difference[]): boolean {
  const ofUnit = differences.filter((d) => "file" in d && d.file === "tandem.service");
  const [before, after] = [facts.binary?.path, binaryPath(release.binary.sha256)];
  if (before === undefined || before === after || !ofUnit.every(({ kind }) => kind === "file")) return false;
  const running = facts.files["tandem.service"]?.bytes.toString();
  return running?.replaceAll(before, after) === release.files["tandem.service"]?.text;
}

/** The release that the link points at now, for the journal. */
export function currentRelease(facts: HostFacts): string {
  return (facts.link === undefined ? undefined : releaseIdOf(facts.link)) ?? "none";
}
