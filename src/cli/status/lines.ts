import type { Printer } from "../printer.ts";
import { holdings, loadOf, troubles } from "./judge.ts";
import type { NodeSeen, PairSeen, Seen } from "./look.ts";

type Colors = Printer["colors"];

/** What was seen, as lines for a reader; with the look before it, rates too. */
export function lines(seen: Seen, before: Seen | undefined, c: Colors): readonly string[] {
  return seen.pairs.flatMap((pair, at) => [
    ...(at === 0 ? [] : [""]),
    ...pairLines(pair, { seen, before, c }),
  ]);
}

interface View {
  readonly seen: Seen;
  readonly before: Seen | undefined;
  readonly c: Colors;
}

function pairLines(pair: PairSeen, view: View): readonly string[] {
  const { c } = view;
  const wrong = troubles(pair);
  const verdict = wrong.length === 0 ? c.green("well") : c.red("not well");
  const width = Math.max(0, ...pair.nodes.map(({ node }) => node.length));
  const vips = holdings(pair).map(({ instance, address, holders }) => {
    const who = holders.length === 0 ? c.red("nobody") : holders.join(" and ");
    return `  ${address}  ${c.dim(instance)}  held by ${holders.length === 1 ? c.bold(who) : who}`;
  });
  return [
    `${c.bold(pair.pair)}: ${verdict}`,
    ...vips,
    ...pair.nodes.map((node) => `  ${node.node.padEnd(width)}  ${nodeText(pair.pair, node, view)}`),
    ...wrong.map((text) => `  ${c.red("!")} ${text}`),
  ];
}

function nodeText(pair: string, { node, status }: NodeSeen, { seen, before, c }: View): string {
  if (status === undefined) return c.red("not known");
  const roles = (status.vrrp?.instances ?? []).map(({ name, state, effectivePriority }) => {
    return `${name} ${state} ${effectivePriority}`;
  });
  const load = loadOf(status);
  const earlier = before?.pairs.find((p) => p.pair === pair)?.nodes.find((n) => n.node === node)?.status;
  // Of another process, the counters begin anew.
  const same = earlier !== undefined && earlier.startedAt === status.startedAt;
  const made = same ? load.requests - loadOf(earlier).requests : -1;
  const seconds = (seen.at - (before?.at ?? seen.at)) / 1000;
  const words = [
    ...roles,
    `${load.serversUp}/${load.servers} servers up`,
    `${load.connections} connections`,
    made >= 0 && seconds > 0 ? `${(made / seconds).toFixed(1)} requests/s` : `${load.requests} requests`,
    `up for ${duration(seen.at - status.startedAt)}`,
  ];
  return words.join(" · ");
}

/** Two units at most: `3 d 4 h`. */
export function duration(milliseconds: number): string {
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
  ] as const;
  const first = units.findIndex(([, size]) => milliseconds >= size);
  if (first < 0) return "0 s";
  let rest = milliseconds;
  const words = units.slice(first, first + 2).flatMap(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count} ${unit}`];
  });
  return words.join(" ");
}
