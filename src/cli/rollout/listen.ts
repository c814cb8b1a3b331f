import { resolve } from "node:path";
import { TandemError } from "../../diagnostics/index.ts";
import type { RolloutEvent, StagePlan } from "../../rollout/index.ts";
import type { CliContext } from "../context.ts";
import type { Printer } from "../printer.ts";
import { appendOut, expectWritable, writeOut } from "../write-file.ts";
import { rolloutReport } from "./html.ts";
import { logLine } from "./log.ts";
import { RunView } from "./model.ts";
import { LiveTree } from "./tree.ts";

export interface ListenFlags {
  readonly json: boolean;
  readonly log?: string;
  readonly report?: string;
}

/**
 * Shows events as they come: a tree where somebody watches, else a log; JSON lines on stdout. A log or report that
 * cannot be written any more is told, and ends no run: hosts are at work.
 */
export function listener(context: CliContext, flags: ListenFlags, name: string, plan: readonly StagePlan[]) {
  for (const file of [flags.log, flags.report]) {
    if (file !== undefined) expectWritable(resolve(context.cwd, file));
  }
  const view = new RunView(plan);
  let log = flags.log;
  const { printer, process } = context;
  const tree = printer.live ? new LiveTree((text) => process.stderr.write(text), printer) : undefined;
  const onEvent = (event: RolloutEvent): void => {
    const timed = { at: new Date().toISOString(), ...event };
    view.take(timed);
    const line = logLine(timed);
    if (flags.json) printer.data(JSON.stringify(timed));
    if (log !== undefined && line !== undefined) {
      // Tried once: each further line would be told of, too.
      if (!told(printer, () => appendOut(resolve(context.cwd, log ?? ""), `${line}\n`))) log = undefined;
    }
    const { columns = 100, rows = 40 } = globalThis.process.stderr;
    if (tree !== undefined) tree.draw(view, columns, rows);
    else if (line !== undefined) printer.line(line);
  };
  const finish = (): void => {
    const { report } = flags;
    if (report !== undefined)
      told(printer, () => writeOut(resolve(context.cwd, report), rolloutReport(name, view)));
  };
  return { onEvent, finish };
}

/** Whether something could be written; says why not. */
function told(printer: Printer, write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if (!(error instanceof TandemError)) throw error;
    for (const problem of error.problems) printer.problem(problem);
    return false;
  }
}
