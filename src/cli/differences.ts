import { type Difference, describeDifference } from "../host/index.ts";
import type { Printer } from "./printer.ts";

/** One node as it is, compared with a release. */
export interface NodeDifferences {
  readonly node: string;
  readonly release: string;
  readonly differences: readonly Difference[];
}

/** Prints what differs, node by node; files with their lines. */
export function printDifferences(printer: Printer, nodes: readonly NodeDifferences[]): void {
  const { colors: c } = printer;
  for (const { node, release, differences } of nodes) {
    if (differences.length === 0) {
      printer.data(`${c.green("in sync")} ${node} (release ${release})`);
      continue;
    }
    printer.data(`${c.yellow("differs")} ${node} (release ${release})`);
    for (const difference of differences) {
      printer.data(`  ${describeDifference(difference)}`);
      if (difference.kind !== "file") continue;
      for (const line of difference.diff.trimEnd().split("\n")) printer.data(`    ${paint(line, c)}`);
    }
  }
}

function paint(line: string, c: Printer["colors"]): string {
  if (line.startsWith("+")) return c.green(line);
  if (line.startsWith("-")) return c.red(line);
  return c.dim(line);
}
