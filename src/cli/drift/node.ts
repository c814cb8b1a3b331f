import { createTwoFilesPatch } from "diff";
import {
  type Audit,
  bareAddress,
  type Difference,
  describeDifference,
  diffObservation,
  filePath,
  foreignDrops,
  normalizeSysctl,
  type Observation,
  suspects,
} from "../../host/index.ts";
import { HostPaths, type Release } from "../../render/release.ts";
import { type Drift, isoTime } from "./finding.ts";
import { runtimeDrift } from "./runtime.ts";

/** A node as it was found, with what its own records tell. */
export interface LookedAt {
  readonly release: Release;
  readonly found: Observation;
  readonly audit: Audit;
}

const OWN_TABLE = "inet tandem";

/** Everything in which one node differs from what was deployed there. */
export function nodeDrift({ release, found, audit }: LookedAt): readonly Drift[] {
  const at = { pair: release.pair, node: release.node };
  return [
    ...diffObservation(release, found).map((difference) => ({
      ...at,
      kind: difference.kind,
      message: describeDifference(difference),
      ...(difference.kind === "file" ? { diff: difference.diff } : {}),
      ...changedBy(difference, audit),
    })),
    ...bootDrift(release, audit).map((drift) => ({ ...at, ...drift })),
    ...firewallDrift(release, found, audit).map((drift) => ({ ...at, ...drift })),
    ...addressDrift(release, found).map((drift) => ({ ...at, ...drift })),
    ...runtimeDrift(found).map((drift) => ({ ...at, ...drift })),
  ];
}

type Bare = Omit<Drift, "pair" | "node">;

/** When and by whom: times of files tell of texts and rights, those of the unit of the service. */
function changedBy(difference: Difference, audit: Audit): Pick<Drift, "since" | "who"> {
  const told = (ms: number | undefined, path?: string) => ({
    ...isoTime(ms),
    who: suspects(audit.traces, ms, path),
  });
  switch (difference.kind) {
    case "file":
      return told(audit.files[filePath(difference.file)]?.text, filePath(difference.file));
    case "mode":
    case "owner":
      return told(audit.files[filePath(difference.file)]?.any, filePath(difference.file));
    case "running-config":
      return told(audit.files[filePath(difference.file)]?.text, filePath(difference.file));
    case "service":
      return told(difference.property === "active" ? audit.service?.stopped : undefined);
    case "release":
      return told(audit.link?.any, HostPaths.current);
    case "binary": {
      const path = `${HostPaths.binaryDir}/tandemd-${difference.wanted}`;
      const changed = difference.found === difference.wanted ? audit.files[path] : undefined;
      return told((changed ?? audit.files[HostPaths.unit])?.any, path);
    }
    case "sysctl":
    case "user":
      return told(undefined);
  }
}

/** A file that is read later than the release's, or its absence, decides what a reboot brings. */
function bootDrift(release: Release, { boot, files, traces }: Audit): readonly Bare[] {
  if (boot === undefined) return [];
  return Object.entries(release.sysctls).flatMap(([key, wanted]): Bare[] => {
    const found = boot[key];
    if (found !== undefined && normalizeSysctl(found.value) === normalizeSysctl(wanted)) return [];
    const time = found === undefined ? undefined : files[found.file]?.text;
    const message =
      found === undefined
        ? `no file sets ${key} at boot, it shall be ${wanted}`
        : `${key} will be ${found.value} after a boot, not ${wanted}: ${found.file} has the last word`;
    return [{ kind: "sysctl-boot", message, ...isoTime(time), who: suspects(traces, time, found?.file) }];
  });
}

/** The table of the release, in the kernel's words on both sides, and rules of others that keep adverts away. */
function firewallDrift(release: Release, found: Observation, audit: Audit): readonly Bare[] {
  if (audit.tables === undefined) return [];
  const foreign = foreignDrops(audit.tables, OWN_TABLE).map(
    (rule): Bare => ({
      kind: "firewall",
      message: `a rule that was not deployed keeps adverts away: ${rule}`,
      who: [],
    }),
  );
  // Without the service the table is taken away.
  if (
    audit.wantedTables === undefined ||
    !found.service.active ||
    release.files["nftables.nft"] === undefined
  )
    return foreign;
  const [live, wanted] = [audit.tables[OWN_TABLE] ?? "", audit.wantedTables[OWN_TABLE] ?? ""];
  if (live === wanted) return foreign;
  const message =
    live === ""
      ? `the packet filter has no table ${OWN_TABLE}`
      : `the rules of table ${OWN_TABLE} are not those of the release`;
  const patch = createTwoFilesPatch("", "", `${live}\n`, `${wanted}\n`, "", "", { context: 1 });
  return [
    { kind: "firewall", message, diff: patch.split("\n").slice(4).join("\n").trimEnd(), who: [] },
    ...foreign,
  ];
}

/** Virtual addresses that a master does not have, or that a node has without being master. */
function addressDrift(release: Release, found: Observation): readonly Bare[] {
  const instances = found.daemon?.vrrp?.instances ?? [];
  const carried = new Map(
    found.interfaces.flatMap(({ name, addresses }) =>
      addresses.map((address) => [bareAddress(address), name]),
    ),
  );
  const missing = instances
    .filter(({ state }) => state === "MASTER")
    .flatMap(({ name, addresses, since }) =>
      addresses
        .filter((address) => !carried.has(bareAddress(address)))
        .map(
          (address): Bare => ({
            kind: "address-missing",
            message: `${name} is master, and no interface has ${address}`,
            ...isoTime(since),
            who: [],
          }),
        ),
    );
  const mine = new Set(
    instances
      .filter(({ state }) => state === "MASTER")
      .flatMap(({ addresses }) => addresses.map(bareAddress)),
  );
  const foreign = release.requires.vips
    .filter(({ address }) => carried.has(bareAddress(address)) && !mine.has(bareAddress(address)))
    .map(
      ({ address }): Bare => ({
        kind: "address-foreign",
        message: `${carried.get(bareAddress(address))} has the virtual address ${address}, and the node is not master of it`,
        who: [],
      }),
    );
  return [...missing, ...foreign];
}
