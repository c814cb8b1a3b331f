import { basename } from "node:path/posix";
import * as z from "zod";
import type { ByFile, ReleaseFileName } from "../../render/release.ts";
import { type DaemonStatus, daemonStatusSchema } from "../daemon-status.ts";
import type { ObservedInterface } from "../host.ts";
import { procPath } from "../layout.ts";
import { type ScriptRecord, text } from "../script.ts";
import { readSpoken, type Spoken } from "../skew.ts";

export interface RawFile {
  readonly mode: number;
  readonly owner: string;
  readonly bytes: Buffer;
}

/** A unit as systemd has it. */
export interface UnitState {
  readonly enabled: boolean;
  readonly active: boolean;
}

/** Entries of /etc/passwd and /etc/group, of which tandemd reads no other. */
export interface ProxyUser {
  readonly number: number;
  readonly shell: string;
  /** There is a group of that name, too. */
  readonly grouped: boolean;
}

/** What the host said, as it is there: with secrets, so it stays inside src/host. */
export interface HostFacts {
  readonly hostname: string;
  readonly kernel: string;
  readonly architecture: string;
  readonly files: Readonly<ByFile<RawFile>>;
  readonly sysctls: Readonly<Record<string, string>>;
  /** Live values of the parameters that the baseline names, by path. */
  readonly kept: Readonly<Record<string, string>>;
  /** Undefined where there is no systemd. */
  readonly unit?: Readonly<Record<string, string>>;
  /** Units of Debian's haproxy and keepalived as far as they read files of somebody else. */
  readonly packages?: Readonly<Record<string, UnitState>>;
  readonly link?: string;
  readonly binary?: { readonly path: string; readonly sha256: string };
  /** Digest of the file that is stored under the wanted digest's name. */
  readonly stored?: string;
  readonly interfaces: readonly ObservedInterface[];
  readonly daemon?: DaemonStatus;
  /** Told even by a daemon whose status cannot be understood. */
  readonly speaks?: Spoken;
  /** Who has the name of the proxy's user; what is missing is not there. */
  readonly proxyUser?: ProxyUser;
  readonly releases: readonly string[];
  /** Left by an apply that was killed before it changed anything. */
  readonly stale: readonly string[];
  readonly baseline?: string;
  /** What a copy of a release that could not be taken over says of it. */
  readonly failed?: string;
  /** Who armed a rollback that is still waiting, when there is one. */
  readonly pending?: string;
}

/** The records of the observe script, or undefined when its end is missing. */
export function readFacts(
  records: readonly ScriptRecord[],
  names: readonly ReleaseFileName[],
  sysctlKeys: readonly string[],
): HostFacts | undefined {
  const all = (kind: string) => records.filter((record) => record.kind === kind);
  const [machine, unit, link, binary, stored, interfaces, status, baseline, failed, pending] = (
    [
      ...(["machine", "unit", "link", "binary", "stored"] as const),
      ...(["interfaces", "status", "baseline", "failed", "pending"] as const),
    ] as const
  ).map((kind) => all(kind)[0]);
  if (all("end").length !== 1) return undefined;
  const daemon = readStatus(text(status, 0));
  const proxyUser = readUser(all("user")[0]);
  const speaks = readSpoken(text(status, 0));
  const [own, ...packages] = readUnits(all("units")[0], text(unit, 0));
  const live = readValues(text(all("sysctls")[0], 0));
  return {
    hostname: text(machine, 0),
    kernel: text(machine, 1),
    architecture: text(machine, 2),
    files: Object.fromEntries(all("file").flatMap((record) => readFile(record, names))),
    sysctls: Object.fromEntries(
      sysctlKeys.flatMap((key) => {
        const value = live[procPath(key)];
        return value === undefined ? [] : [[key, value]];
      }),
    ),
    kept: readValues(text(all("kept")[0], 0)),
    interfaces: readInterfaces(text(interfaces, 0)),
    packages: Object.fromEntries(
      packages.map(([name, { UnitFileState, ActiveState }]) => [
        name,
        { enabled: UnitFileState === "enabled", active: ActiveState === "active" },
      ]),
    ),
    releases: all("release").map((record) => text(record, 0)),
    stale: all("stale").map((record) => text(record, 0)),
    ...(own === undefined ? {} : { unit: own[1] }),
    ...(link === undefined ? {} : { link: text(link, 0) }),
    ...(binary === undefined ? {} : { binary: { path: text(binary, 0), sha256: text(binary, 1) } }),
    ...(stored === undefined ? {} : { stored: text(stored, 0) }),
    ...(daemon === undefined ? {} : { daemon }),
    ...(proxyUser === undefined ? {} : { proxyUser }),
    ...(speaks === undefined ? {} : { speaks }),
    ...(baseline === undefined ? {} : { baseline: text(baseline, 0) }),
    ...(failed === undefined ? {} : { failed: text(failed, 0) }),
    ...(pending === undefined ? {} : { pending: text(pending, 0) }),
  };
}

function readUser(record: ScriptRecord | undefined): ProxyUser | undefined {
  const [name = "", , number, , , , shell = ""] = text(record, 0).split(":");
  return name === "" ? undefined : { number: Number(number), shell, grouped: text(record, 1) !== "" };
}

function readFile(
  record: ScriptRecord,
  names: readonly ReleaseFileName[],
): readonly [ReleaseFileName, RawFile][] {
  const name = names[Number(text(record, 0))];
  const bytes = record.fields[4];
  if (name === undefined || bytes === undefined) return [];
  const owner = `${text(record, 2)}:${text(record, 3)}`;
  return [[name, { mode: Number.parseInt(text(record, 1), 8), owner, bytes }]];
}

/** `PATH:VALUE` lines of grep -H. */
function readValues(lines: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.split("\n").flatMap((line) => {
      const at = line.indexOf(":");
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}

/** What systemctl show tells of several units, by the names in the order in which they were asked for. */
function readUnits(
  names: ScriptRecord | undefined,
  said: string,
): readonly (readonly [string, Readonly<Record<string, string>>])[] {
  const paragraphs = said.split(/\n{2,}/);
  return (names?.fields ?? []).map((name, i) => [name.toString("utf8"), readProperties(paragraphs[i] ?? "")]);
}

/** `Name=value` lines of systemctl show. */
function readProperties(lines: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.split("\n").flatMap((line) => {
      const at = line.indexOf("=");
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}

/** A status that cannot be understood is no status: the self-check then says that there is none. */
export function readStatus(json: string): DaemonStatus | undefined {
  try {
    return daemonStatusSchema.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

const ipAddressList = z.array(
  z.looseObject({
    ifname: z.string().optional(),
    flags: z.array(z.string()).optional(),
    operstate: z.string().optional(),
    address: z.string().optional(),
    addr_info: z
      .array(z.looseObject({ local: z.string().optional(), prefixlen: z.number().optional() }))
      .optional(),
  }),
);

/** What `ip -j address` prints; none where it prints something else, as an `ip` that knows no JSON does. */
export function readInterfaces(json: string): readonly ObservedInterface[] {
  return linksOf(json).flatMap((link) => {
    if (link.ifname === undefined) return [];
    const addresses = (link.addr_info ?? []).flatMap(({ local, prefixlen }) =>
      local === undefined ? [] : [`${local}/${prefixlen ?? 0}`],
    );
    // LOWER_UP is the carrier; some virtual devices have no operational state to tell.
    const up = (link.flags ?? []).includes("UP") && (link.flags ?? []).includes("LOWER_UP");
    return [{ name: link.ifname, up, mac: link.address ?? "", addresses }];
  });
}

function linksOf(json: string): z.infer<typeof ipAddressList> {
  try {
    return ipAddressList.parse(JSON.parse(json));
  } catch {
    return [];
  }
}

/** The digest in the name of an executable. */
export function digestInPath(path: string): string {
  return basename(path).replace(/^tandemd-/, "");
}
