import type { Printer } from "../printer.ts";
import { holdings } from "../status/judge.ts";
import type { Look, TopPair } from "./look.ts";
import type { Row } from "./rows.ts";
import { chosen, isWell, type View } from "./view.ts";

type Colors = Printer["colors"];

const HEAD = [
  "node",
  "proxy/server",
  "state",
  "req/s",
  "sess",
  "queue",
  "conn",
  "resp",
  "total",
  "err",
  "5xx",
  "check",
];
/** Columns of numbers, whose heads stand to the right, too. */
const RIGHT = new Set([3, 4, 5, 6, 7, 8, 9, 10]);

/** The whole picture as lines: who holds which address, then a table for each pair. Times are milliseconds. */
export function picture(
  look: Look,
  view: View,
  c: Colors,
  width = Number.POSITIVE_INFINITY,
): readonly string[] {
  return look.pairs.flatMap((pair, at) => [...(at === 0 ? [] : [""]), ...pairLines(pair, view, c, width)]);
}

function pairLines(pair: TopPair, view: View, c: Colors, width: number): readonly string[] {
  const cut = (text: string) => clip(text, width);
  const addresses = holdings(pair).map(({ instance, address, holders }) => {
    const who = holders.length === 0 ? "nobody" : holders.join(" and ");
    const line = cut(`  ${address}  ${instance}  held by ${who}`);
    return holders.length === 1 ? line : c.red(line);
  });
  const silent = pair.nodes.flatMap(({ node, problem }) =>
    problem === undefined ? [] : [c.red(cut(`  ! ${node}: ${problem.replace(/\p{Cc}/gu, " ")}`))],
  );
  const all = pair.nodes.flatMap(({ node, rows }) => rows.map((row) => ({ node, row })));
  const rows = chosen(all, view);
  const table = [HEAD, ...rows.map(({ node, row }) => cellsOf(node, row))];
  const widths = HEAD.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  const lines = table.map((line) =>
    cut(
      `  ${line.map((cell, at) => (RIGHT.has(at) ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join("  ")}`.trimEnd(),
    ),
  );
  const [head = "", ...body] = lines;
  return [
    c.bold(cut(pair.pair)),
    ...addresses,
    ...silent,
    ...(all.length === 0 ? [] : [c.dim(head)]),
    ...body.map((line, at) => (isWell(rows[at]?.row.state ?? "") ? line : c.red(line))),
    ...(all.length > 0 && rows.length === 0 ? [c.dim(cut("  nothing has that in its name"))] : []),
  ];
}

function cellsOf(node: string, row: Row): readonly string[] {
  const shown = (value: number | undefined) => (value === undefined ? "-" : String(value));
  return [
    node,
    row.kind === "server" ? `${row.proxy}/${row.server}` : `${row.proxy} (${row.kind})`,
    row.state,
    shown(row.rate),
    shown(row.sessions),
    shown(row.queue),
    shown(row.connectMs),
    shown(row.responseMs),
    shown(row.totalMs),
    shown(row.errors),
    shown(row.failures),
    row.check ?? "",
  ];
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The picture in a window: a line of what is chosen, the part that fits, a line of keys. */
export function screen(
  look: Look,
  view: View,
  size: Size,
  c: Colors,
): { readonly text: string; readonly top: number } {
  const time = new Date(look.at).toISOString().slice(11, 19);
  const words = [
    `tandem top  ${time} UTC`,
    `order: ${view.sort}`,
    ...(view.typing || view.filter !== "" ? [`filter: ${view.filter}${view.typing ? "_" : ""}`] : []),
    ...(view.paused ? ["paused"] : []),
  ];
  const keys = view.typing
    ? "Enter takes the filter, Escape drops it"
    : "q quit  s order  / filter  p pause  arrows scroll";
  const body = picture(look, view, c, size.columns);
  const room = Math.max(1, size.rows - 2);
  const top = Math.min(view.top, Math.max(0, body.length - room));
  const part = body.slice(top, top + room);
  const padded = [...part, ...Array.from({ length: room - part.length }, () => "")];
  const lines = [c.bold(clip(words.join("  "), size.columns)), ...padded, c.dim(clip(keys, size.columns))];
  // Each line ends what stood behind it before; the last has no line end, or the window would move.
  return { text: `\x1b[H${lines.map((line) => `${line}\x1b[K`).join("\r\n")}`, top };
}

function clip(text: string, width: number): string {
  const signs = [...text];
  return signs.length <= width ? text : signs.slice(0, Math.max(0, width)).join("");
}
