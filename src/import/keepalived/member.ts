import { parseIp } from "../../stack/index.ts";
import { isIp, wholeNumber } from "../words.ts";
import { type Block, inside, last } from "./tree.ts";

/** What an instance says of the node whose file it stands in. */
export interface Member {
  readonly state: "MASTER" | "BACKUP";
  readonly priority: number;
  readonly interface: string | undefined;
  readonly source: string | undefined;
  readonly peers: readonly string[];
}

export function memberOf(block: Block): Member {
  const lines = block.block ?? [];
  const stated = last(lines, "state")?.words[1];
  const wish = wholeNumber(last(lines, "priority")?.words[1], 1, 255);
  // keepalived: MASTER without a priority is 255, all others 100; without a state 255 is MASTER.
  const priority = wish ?? (stated === "MASTER" ? 255 : 100);
  const starts = stated === undefined ? priority === 255 : stated === "MASTER";
  return {
    state: starts ? "MASTER" : "BACKUP",
    priority,
    interface: last(lines, "interface")?.words[1],
    source: last(lines, "unicast_src_ip")?.words[1]?.split("/")[0],
    peers: inside(lines, "unicast_peer").flatMap(({ words }) => words[0]?.split("/")[0] ?? []),
  };
}

/** Time between adverts of an instance, as the definition writes it. */
export function advertOf(block: Block, version: 2 | 3): string {
  const seconds = Number(last(block.block ?? [], "advert_int")?.words[1] ?? "1");
  const ms =
    version === 2 ? Math.max(1, Math.round(seconds)) * 1000 : Math.max(10, Math.round(seconds * 100) * 10);
  if (!Number.isFinite(ms)) return "1s";
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Addresses of an instance without prefix length, for binds of the proxy. */
export function vipsOf(block: Block): readonly string[] {
  return ["virtual_ipaddress", "virtual_ipaddress_excluded"]
    .flatMap((name) => inside(block.block ?? [], name))
    .flatMap(({ words }) => parseIp(words[0]?.split("/")[0] ?? "")?.text ?? []);
}

/** Version of an instance: IPv6 wants the third. */
export function versionOf(block: Block, usual: 2 | 3): 2 | 3 {
  const said = last(block.block ?? [], "version")?.words[1];
  if (said === "2" || said === "3") return said === "2" ? 2 : 3;
  return vipsOf(block)[0]?.includes(":") === true ? 3 : usual;
}

/** Whether the peers of an instance are the two of a pair. */
export function onePeer(member: Member): string | undefined {
  const peers = member.peers.filter((peer) => peer !== member.source && isIp(peer));
  return peers[0];
}
