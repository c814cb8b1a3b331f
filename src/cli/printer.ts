import { createColors } from "picocolors";
import { formatWhere, type Problem } from "../diagnostics/index.ts";
import type { CliProcess } from "./context.ts";

/** Human text goes to stderr, data (rendered files, JSON) to stdout. */
export interface Printer {
  /** A line of data on stdout. */
  data(text: string): void;
  /** One JSON document on stdout. */
  json(value: unknown): void;
  /** A line for the reader on stderr. */
  line(text?: string): void;
  /** A line with the time in front, for logs that are read later. */
  step(text: string): void;
  problem(problem: Problem): void;
  readonly colors: ReturnType<typeof createColors>;
  readonly live: boolean;
}

type Streams = Pick<CliProcess, "stdout" | "stderr" | "env">;

function wantsColor({ stderr, env }: Streams): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "0") return true;
  return stderr.isTTY === true && env.TERM !== "dumb";
}

/** The printer of one call. Colour is never the only signal: every line also says it in words. */
export function createPrinter(streams: Streams): Printer {
  const colors = createColors(wantsColor(streams));
  const { stdout, stderr } = streams;
  const live = stderr.isTTY === true && streams.env.CI === undefined;
  return {
    colors,
    live,
    data: (text) => void stdout.write(text.endsWith("\n") ? text : `${text}\n`),
    json: (value) => void stdout.write(`${JSON.stringify(value, null, 2)}\n`),
    line: (text = "") => void stderr.write(`${text}\n`),
    step: (text) =>
      void stderr.write(live ? `${text}\n` : `${new Date().toISOString().slice(11, 19)} ${text}\n`),
    problem: (problem) => void stderr.write(`${paintProblem(problem, colors)}\n`),
  };
}

function paintProblem(problem: Problem, c: Printer["colors"]): string {
  const paint = problem.severity === "error" ? c.red : c.yellow;
  if (problem.silenced !== undefined) {
    const at = problem.where === undefined ? "" : `${formatWhere(problem.where)}: `;
    return c.dim(`${at}silenced[${problem.code}]: ${problem.message}\n  reason: ${problem.silenced}`);
  }
  const where = problem.where === undefined ? "" : `${c.bold(formatWhere(problem.where))}: `;
  const lines = [`${where}${paint(`${problem.severity}[${problem.code}]`)}: ${problem.message}`];
  if (problem.why !== undefined) lines.push(`  ${c.dim("why:")} ${problem.why}`);
  if (problem.hint !== undefined) lines.push(`  ${c.cyan("fix:")} ${problem.hint}`);
  return lines.join("\n");
}
