import type { RunOptions, Shell } from "../host.ts";
import { expectSuccess, runScript, type ScriptRecord, text } from "../script.ts";
import { type BootValue, readBoot } from "./boot.ts";
import { readTables } from "./ruleset.ts";
import { AUDIT } from "./script.ts";
import { type Trace, tracesOf } from "./who.ts";

/** When something was changed, in milliseconds since 1970. */
export interface Changed {
  /** Its text. */
  readonly text: number;
  /** Anything of it: rights and owner, too. */
  readonly any: number;
}

/** What tells of changes by hand beside the state itself. */
export interface Audit {
  /** By path. */
  readonly files: Readonly<Record<string, Changed>>;
  readonly link?: Changed;
  /** When the service stopped or started last. */
  readonly service?: { readonly stopped?: number; readonly started?: number };
  /** What the next boot would set, by dotted key; undefined where systemd-analyze is not there. */
  readonly boot?: Readonly<Record<string, BootValue>>;
  /** Logins, sudo and watched files, oldest first. */
  readonly traces: readonly Trace[];
  /** Tables of the packet filter by name; undefined without nft. */
  readonly tables?: Readonly<Record<string, string>>;
  /** The tables that the release wants, in the same words. */
  readonly wantedTables?: Readonly<Record<string, string>>;
}

/** Asks in one round trip. `nftables`: the wanted text. Throws TandemError when the host cannot be asked. */
export async function readAudit(
  shell: Shell,
  paths: readonly string[],
  nftables: string | undefined,
  options: RunOptions = {},
): Promise<Audit> {
  const ran = await runScript(shell, AUDIT, paths, { ...options, stdin: nftables ?? "" });
  return toAudit(expectSuccess(shell, "asking the host for its audit", ran).records);
}

function toAudit(records: readonly ScriptRecord[]): Audit {
  const all = (kind: string) => records.filter((record) => record.kind === kind);
  const one = (kind: string): string | undefined => {
    const [record] = all(kind);
    return record === undefined ? undefined : text(record, 0);
  };
  const [link, unit, boot, ruleset, wanted] = ["link", "unit", "boot", "ruleset", "wanted"].map(one);
  const service = unit === undefined ? undefined : serviceOf(unit);
  return {
    files: Object.fromEntries(all("changed").map((record) => [text(record, 0), changedOf(text(record, 1))])),
    traces: tracesOf(
      one("journal") ?? "",
      all("event").map((record) => ({ path: text(record, 0), line: text(record, 1) })),
    ),
    ...(link === undefined ? {} : { link: changedOf(link) }),
    ...(service === undefined ? {} : { service }),
    ...(boot === undefined ? {} : { boot: readBoot(boot) }),
    ...(ruleset === undefined ? {} : { tables: readTables(ruleset) }),
    ...(wanted === undefined ? {} : { wantedTables: readTables(wanted) }),
  };
}

function changedOf(times: string): Changed {
  const [content = 0, any = 0] = times.split(" ").map((seconds) => Number(seconds) * 1000);
  return { text: content, any };
}

/** `InactiveEnterTimestamp=@1700000000`; nothing behind the sign when it never happened. */
function serviceOf(lines: string): NonNullable<Audit["service"]> {
  const at = (name: string): number | undefined => {
    const [, seconds] = new RegExp(`^${name}=@(\\d+)$`, "m").exec(lines) ?? [];
    return seconds === undefined ? undefined : Number(seconds) * 1000;
  };
  const [stopped, started] = [at("InactiveEnterTimestamp"), at("ActiveEnterTimestamp")];
  return {
    ...(stopped === undefined ? {} : { stopped }),
    ...(started === undefined ? {} : { started }),
  };
}
