import { judgePair } from "../../verify/index.ts";
import { type Drift, isoTime } from "./finding.ts";
import type { LookedAt } from "./node.ts";

/** What only both nodes of a pair show together. */
export function pairDrift(pair: string, nodes: readonly LookedAt[]): readonly Drift[] {
  const roles = nodes.map(({ release, found }) => ({ node: release.node, daemon: found.daemon }));
  const masters = judgePair(roles).map((message): Drift => {
    const name = /^VRRP instance (\S+)/.exec(message)?.[1];
    const times = roles.flatMap(
      ({ daemon }) =>
        daemon?.vrrp?.instances.filter((one) => one.name === name).map(({ since }) => since) ?? [],
    );
    const kind = message.includes("no master") ? "no-master" : "two-masters";
    return { kind, pair, message, ...isoTime(Math.max(0, ...times)), who: [] };
  });
  return [...masters, ...releaseDrift(pair, nodes)];
}

/** Both nodes run the same but for what is their own. */
function releaseDrift(pair: string, [first, second]: readonly LookedAt[]): readonly Drift[] {
  if (first === undefined || second === undefined) return [];
  const names = `${first.release.node} and ${second.release.node}`;
  const differing = [
    ...(first.found.binary?.sha256 === second.found.binary?.sha256
      ? []
      : [`tandemd ${short(first)} and ${short(second)}`]),
    ...(shared(first) === shared(second) ? [] : ["different frontends and backends"]),
  ];
  return differing.map((what) => ({
    kind: "release-differs",
    pair,
    message: `${names} run ${what}: a deployment reached one of them only`,
    who: [],
  }));
}

const short = ({ found }: LookedAt): string => found.binary?.sha256.slice(0, 12) ?? "none";

/** haproxy.cfg without its first line, which names the node. */
function shared({ found }: LookedAt): string {
  const text = found.files["haproxy.cfg"]?.text ?? "";
  return text.slice(text.indexOf("\n") + 1);
}
