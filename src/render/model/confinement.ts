import type { ResolvedPair } from "../../stack/index.ts";
import { HostPaths, PROXY_USER } from "../release.ts";

/**
 * Lines of haproxy.cfg's `global` by which tandemd's proxy has a user of its own and an empty root directory, where the
 * definition names neither. `user root` and `chroot /` are how to have none.
 */
export function ownConfinement(pair: ResolvedPair): readonly string[] {
  const { user, group, globalDirectives } = pair.proxy;
  const named = (word: string) => globalDirectives.some((line) => line.split(/\s/, 1)[0] === word);
  const ownUser = user === undefined && !named("user");
  const ownGroup = ownUser && group === undefined && !named("group");
  return [
    ...(ownUser ? [OWN_USER] : []),
    ...(ownGroup ? [`group ${PROXY_USER}`] : []),
    ...(named("chroot") || connectsByPath(pair) ? [] : [`chroot ${HostPaths.empty}`]),
  ];
}

const OWN_USER = `user ${PROXY_USER}`;

/** Whether an apply has to see to it that the user is there. */
export function needsProxyUser(own: readonly string[]): boolean {
  return own.includes(OWN_USER);
}

/** Who the proxy is, of the lines of `global`, and the right that it keeps: what takes effect when its process starts. */
export function workerOf(globals: readonly string[], raw: boolean): string {
  const named = globals
    .map((line) => line.split(/\s+/, 2))
    .filter(([word = ""]) => ["user", "group", "chroot"].includes(word))
    .map((words) => words.join(" ").replace(/[^\w./ -]/g, "?"));
  return [...named, ...(raw ? ["CAP_NET_RAW"] : [])].join(", ");
}

/** Servers and logs with a path, or with a variable that may be one; that of the host's log daemon is open by then. */
const BY_PATH =
  /^((server\s+\S+|server-template\s+\S+\s+\S+|dispatch)\s+["']?(uxst@|unix@|\$|\/)|log\s+["']?(uxst@|\$|(unix@)?\/(?!dev\/log\b)))/;

/** Whether the proxy connects to sockets by their names in the file system, which an empty root directory has not. */
function connectsByPath({ proxy, frontends, backends, sections }: ResolvedPair): boolean {
  const lines = [
    ...proxy.logs.map(({ address }) => `log ${address}`),
    ...[proxy.globalDirectives, proxy.defaultDirectives].flat(),
    ...[...frontends, ...backends, ...sections].flatMap(({ directives }) => directives),
  ];
  return lines.some((line) => BY_PATH.test(line));
}
