import type { ResolvedBindTls, ResolvedNotify, ResolvedPair } from "../../stack/index.ts";
import { HostPaths } from "../release.ts";
import { workerOf } from "./confinement.ts";

/** What the daemon's unit leaves open for a pair. */
export interface UnitModel {
  /** Rights that the supervisor and its processes use; all others are dropped for good. */
  readonly capabilities: string;
  /** System calls beyond those of an ordinary service. */
  readonly calls: string;
  /** How far home folders are closed. */
  readonly home: "yes" | "read-only";
  /** Folders that are written to, beside its own below /run. */
  readonly writable: string;
  /** Folders that nothing but a line of its own closes; empty when there are none. */
  readonly closed: string;
  /** Who the proxy is and what right it keeps, as its process starts; empty where there is none. */
  readonly worker: string;
  /** Folders below /run that are there while the service is. */
  readonly folders: string;
}

/** A path below one of these, as far as it can be told from one that is asked for by HTTP. */
const below = (folders: string): RegExp => new RegExp(`(?<![\\w./-])/(${folders})\\b`);

const ANYWHERE = below("dev|etc|home|mnt|opt|root|run|srv|tmp|usr|var");

/** Addresses that are not this machine's, marks on packets: the proxy keeps a right for them. */
const RAW = /\b(usesrc|set-mark)\b/;

/**
 * Each right stands next to what in a definition needs it; lines that are no fields are read for words. `globals` are
 * those of haproxy.cfg, empty without a proxy.
 */
export function unitModel(pair: ResolvedPair, globals: readonly string[]): UnitModel {
  const proxies = globals.length > 0;
  const lines = rawLines(pair);
  const say = (words: RegExp): boolean => lines.some((line) => words.test(line));
  const { proxy } = pair;
  const programs = runsPrograms(pair) || say(/script|notify|external-check|track_process|track_file|include/);
  const owner = /\b(user|group|uid|gid)\b/;
  const otherUsers =
    programs ||
    pair.notification !== undefined ||
    globals.some((line) => /^(user|group)\s/.test(line)) ||
    say(owner) ||
    say(/smtp|email/);
  const owned =
    proxy.runtimeSocket?.user !== undefined ||
    proxy.runtimeSocket?.group !== undefined ||
    say(owner) ||
    say(/fifo/);
  const chroot = globals.some((line) => /^chroot\s/.test(line));
  const socketElsewhere = proxy.runtimeSocket?.path.startsWith(`${HostPaths.runtime}/`) === false;
  const writesRun = programs || socketElsewhere || say(below("run|var/run"));
  return {
    capabilities: [
      // Addresses, routes and sysctls; adverts and announcements.
      "CAP_NET_ADMIN",
      "CAP_NET_RAW",
      ...(proxies ? ["CAP_NET_BIND_SERVICE"] : []),
      // Becomes others, bounds what they can get, and ends what runs as one of them.
      ...(otherUsers ? ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL"] : []),
      ...(owned ? ["CAP_CHOWN"] : []),
      ...(chroot ? ["CAP_SYS_CHROOT"] : []),
    ].join(" "),
    calls: [
      ...(chroot ? ["chroot"] : []),
      "seccomp",
      "landlock_create_ruleset",
      "landlock_add_rule",
      "landlock_restrict_self",
    ].join(" "),
    // A file anywhere may be a link to one in a home folder.
    home: programs || namesFiles(pair) || say(ANYWHERE) ? "read-only" : "yes",
    writable: [
      "/proc/sys/net",
      ...(writesRun ? ["/run"] : []),
      ...(programs || say(below("var")) ? ["/var"] : []),
    ].join(" "),
    closed: writesRun ? "" : "/run",
    worker: workerOf(globals, proxies && say(RAW)),
    folders: [HostPaths.runtime, ...(globals.includes(`chroot ${HostPaths.empty}`) ? [HostPaths.empty] : [])]
      .map((path) => path.replace("/run/", ""))
      .join(" "),
  };
}

/** Lines that go to the two files as they are. Of a list of users none is a user of the host. */
function rawLines({ proxy, frontends, backends, sections, keepalived, instances }: ResolvedPair) {
  return [
    ...proxy.globalDirectives,
    ...proxy.defaultDirectives,
    ...[...frontends, ...backends, ...instances].flatMap(({ directives }) => directives),
    ...sections.filter(({ kind }) => kind !== "userlist").flatMap(({ directives }) => directives),
    ...keepalived.globals,
    ...keepalived.blocks,
  ];
}

/** Programs of the operator's, which may be anything and do anything. */
function runsPrograms({ trackScripts, instances, syncGroups, sections }: ResolvedPair): boolean {
  const tells = ({ notify }: { readonly notify: ResolvedNotify }) => Object.keys(notify).length > 0;
  return (
    trackScripts.length > 0 ||
    [...instances, ...syncGroups].some(tells) ||
    sections.some(({ kind }) => kind === "program")
  );
}

/** Whether a field names a file of the operator's. */
function namesFiles({ frontends, backends, statistics }: ResolvedPair): boolean {
  const own = statistics?.at.kind === "own" ? [statistics.at] : [];
  const outside = (tls: ResolvedBindTls | undefined): boolean =>
    tls !== undefined &&
    (tls.clientCertificates !== undefined || tls.certificates.some((place) => "path" in place));
  return (
    [...frontends.flatMap(({ binds }) => binds), ...own].some(({ tls }) => outside(tls)) ||
    backends.some(({ servers }) => servers.some(({ tls }) => tls?.caFile !== undefined))
  );
}
