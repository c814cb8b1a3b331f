import type { Printer } from "../printer.ts";
import type { Drift, DriftReport } from "./finding.ts";

const HEAD = ["where", "kind", "what", "since", "who"];

/** A table of what drifted, then each text with its changed lines. */
export function printDrift(printer: Printer, report: DriftReport): void {
  const { colors: c } = printer;
  const named = report.stack === undefined ? "" : `stack ${report.stack}: `;
  const drifted = new Set(report.drift.map(({ pair, node }) => node ?? pair));
  for (const { node, release } of report.nodes)
    if (!drifted.has(node)) printer.data(`${c.green("in sync")} ${named}${node} (release ${release})`);
  if (report.drift.length === 0) return;
  printer.data(`${c.yellow("drift")} ${named}${report.drift.length} found`);
  const rows = [HEAD, ...report.drift.map(cells)];
  const widths = HEAD.map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  for (const row of rows)
    printer.data(`  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd());
  for (const drift of report.drift) {
    if (drift.diff === undefined || drift.diff === "") continue;
    printer.data(`\n${c.bold(`${whereOf(drift)}: ${drift.message}`)} (- found, + deployed)`);
    for (const line of drift.diff.split("\n")) printer.data(`  ${paint(line, c)}`);
  }
}

export const whereOf = ({ pair, node }: Drift): string => node ?? `pair ${pair}`;

const cells = (drift: Drift): readonly string[] => [
  whereOf(drift),
  drift.kind,
  drift.message,
  drift.since ?? "unknown",
  drift.who.length === 0 ? "unknown" : drift.who.join(", "),
];

function paint(line: string, c: Printer["colors"]): string {
  if (line.startsWith("+")) return c.green(line);
  if (line.startsWith("-")) return c.red(line);
  return c.dim(line);
}
