import { appendFileSync } from "node:fs";
import { resolve } from "node:path";
import type { RolloutEvent, StagePlan } from "../../rollout/index.ts";
import type { CliContext } from "../context.ts";
import { expectWritable, writeOut } from "../write-file.ts";
import { rolloutReport } from "./html.ts";
import { logLine } from "./log.ts";
import { RunView } from "./model.ts";
import { LiveTree } from "./tree.ts";

export interface ListenFlags {
  readonly json: boolean;
  readonly log?: string;
  readonly report?: string;
}

/** Shows events as they come: a tree where somebody watches, else a log; JSON lines on stdout. */
export function listener(context: CliContext, flags: ListenFlags, name: string, plan: readonly StagePlan[]) {
  for (const file of [flags.log, flags.report]) {
    if (file !== undefined) expectWritable(resolve(context.cwd, file));
  }
  const view = new RunView(plan);
  const { printer, process } = context;
  const tree = printer.live ? new LiveTree((text) => process.stderr.write(text), printer) : undefined;
  const onEvent = (event: RolloutEvent): void => {
    const timed = { at: new Date().toISOString(), ...event };
    view.take(timed);
    const line = logLine(timed);
    if (flags.json) printer.data(JSON.stringify(timed));
    if (flags.log !== undefined && line !== undefined)
      appendFileSync(resolve(context.cwd, flags.log), `${line}\n`);
    const { columns = 100, rows = 40 } = globalThis.process.stderr;
    if (tree !== undefined) tree.draw(view, columns, rows);
    else if (line !== undefined) printer.line(line);
  };
  const finish = (): void => {
    if (flags.report !== undefined) writeOut(resolve(context.cwd, flags.report), rolloutReport(name, view));
  };
  return { onEvent, finish };
}
