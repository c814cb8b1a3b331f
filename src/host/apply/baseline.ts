import * as z from "zod";
import { HostPaths, type Release } from "../../render/release.ts";
import { normalizeSysctl, procPath } from "../layout.ts";
import type { HostFacts, UnitState } from "../observe/facts.ts";

const baselineSchema = z.object({
  version: z.literal(1),
  /** What each kernel parameter was before we first set it, and what we set. */
  sysctls: z.record(z.string(), z.object({ path: z.string(), before: z.string(), ours: z.string() })),
  /** Files of ours that somebody else had put there before the first apply. */
  files: z.record(z.string(), z.object({ mode: z.number(), base64: z.string() })),
  /** Addresses to remove on destroy, should the daemon have died without removing them. */
  vips: z.array(z.object({ address: z.string(), interface: z.string() })),
  /** Units of packages that gave way, as they were. */
  units: z.record(z.string(), z.object({ enabled: z.boolean(), active: z.boolean() })).optional(),
});

/** What the host was before the first apply: kept on the host, so that any controller can destroy. */
export type Baseline = Readonly<z.infer<typeof baselineSchema>>;

/** Undefined before the first apply, and for a file that is not ours. */
export function parseBaseline(text: string | undefined): Baseline | undefined {
  if (text === undefined) return undefined;
  try {
    return baselineSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The baseline after applying a release: first values are kept, parameters that leave are dropped. */
export function nextBaseline(release: Release, facts: HostFacts, old: Baseline | undefined): Baseline {
  const sysctls = Object.entries(release.sysctls).flatMap(([key, ours]) => {
    const before = old?.sysctls[key]?.before ?? facts.sysctls[key];
    return before === undefined ? [] : [[key, { path: procPath(key), before, ours }] as const];
  });
  const units = { ...givingWay(release, facts), ...old?.units };
  return {
    version: 1,
    sysctls: Object.fromEntries(sysctls),
    files: old?.files ?? foreignFiles(facts),
    vips: release.requires.vips.map((vip) => ({ address: vip.address, interface: vip.interface })),
    ...(Object.keys(units).length === 0 ? {} : { units }),
  };
}

/** Units of Debian's packages that a release puts out of service: they run or would after a boot. */
export function givingWay(release: Release, facts: HostFacts): Readonly<Record<string, UnitState>> {
  const { takeOver, packages } = release.requires;
  if (takeOver !== true && packages === undefined) return {};
  const found = Object.entries(facts.packages ?? {});
  return Object.fromEntries(found.filter(([, { enabled, active }]) => enabled || active));
}

function foreignFiles(facts: HostFacts): Baseline["files"] {
  const fixed = [
    [HostPaths.unit, facts.files["tandem.service"]],
    [HostPaths.sysctl, facts.files["90-tandem.conf"]],
  ] as const;
  return Object.fromEntries(
    fixed.flatMap(([path, file]) =>
      file === undefined ? [] : [[path, { mode: file.mode, base64: file.bytes.toString("base64") }]],
    ),
  );
}

export interface Setting {
  readonly key: string;
  readonly value: string;
}

/**
 * Kernel parameters to give back: those of the baseline that `stay` does not name and that still
 * hold our value. What somebody else has set since is theirs and is told.
 */
export function givingBack(
  baseline: Baseline | undefined,
  kept: HostFacts["kept"],
  stay: ReadonlySet<string>,
): { readonly restore: readonly Setting[]; readonly foreign: readonly Setting[] } {
  const gone = Object.entries(baseline?.sysctls ?? {}).flatMap(([key, { path, before, ours }]) => {
    const value = kept[path];
    if (stay.has(key) || value === undefined) return [];
    return [{ key, value, before, ours: normalizeSysctl(value) === normalizeSysctl(ours) }];
  });
  return {
    restore: inOrder(
      gone
        .filter(({ ours, value, before }) => ours && normalizeSysctl(value) !== normalizeSysctl(before))
        .map(({ key, before }) => ({ key, value: before })),
    ),
    foreign: gone.filter(
      ({ ours, value, before }) => !ours && normalizeSysctl(value) !== normalizeSysctl(before),
    ),
  };
}

/** Turning forwarding on or off resets many other parameters of the kernel, so it comes first. */
const FIRST: readonly string[] = [
  "net.ipv4.ip_forward",
  "net.ipv4.conf.all.forwarding",
  "net.ipv6.conf.all.forwarding",
];

export function inOrder(settings: readonly Setting[]): readonly Setting[] {
  const rank = ({ key }: Setting) => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return [...settings].sort((a, b) => rank(a) - rank(b));
}
