import { contenders } from "./definition.ts";
import { faults, type Round } from "./round.ts";

export interface Figures {
  readonly contender: string;
  readonly fault: string;
  readonly rounds: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly lostMedian: number;
  readonly failbackMedian: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** One line per fault and contender, in a fixed order. */
export function figures(rounds: readonly Round[]): readonly Figures[] {
  return faults.flatMap((fault) =>
    contenders.flatMap((contender) => {
      const own = rounds.filter((round) => round.fault === fault && round.contender === contender);
      if (own.length === 0) return [];
      const outages = own.map((round) => round.outageMs);
      return [
        {
          contender,
          fault,
          rounds: own.length,
          min: Math.min(...outages),
          median: median(outages),
          max: Math.max(...outages),
          lostMedian: median(own.map((round) => round.lost)),
          failbackMedian: median(own.map((round) => round.failbackMs)),
        },
      ];
    }),
  );
}

const label: Record<string, string> = { tandem: "tandemd", debian: "keepalived + haproxy" };

export function table(lines: readonly Figures[]): string {
  const head = ["fault", "pair", "rounds", "min ms", "median ms", "max ms", "lost", "back ms"];
  const rows = lines.map((line) => [
    line.fault,
    label[line.contender] ?? line.contender,
    String(line.rounds),
    line.min.toFixed(0),
    line.median.toFixed(0),
    line.max.toFixed(0),
    line.lostMedian.toFixed(0),
    line.failbackMedian.toFixed(0),
  ]);
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const format = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ");
  return [head, ...rows].map((row) => `${format(row)}\n`).join("");
}
