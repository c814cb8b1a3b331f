import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import type { CliContext } from "../context.ts";
import { deployedNodes, stackNames } from "../deployed.ts";
import type { DriftFlags } from "../drift/commands.ts";
import type { DriftReport } from "../drift/finding.ts";
import { FirstSeen } from "../drift/first-seen.ts";
import { driftPage } from "../drift/html.ts";
import { lookAt } from "../drift/look.ts";
import { printDrift } from "../drift/table.ts";
import { driftMetrics } from "../drift/textfile.ts";
import { writeWhole } from "../write-file.ts";

/** Compares what was last applied with the live hosts; exit 2 when somebody altered one. */
export async function driftAction(this: CliContext, flags: DriftFlags): Promise<void> {
  const stacks = await wantedStacks(this, flags);
  if (flags.watch === undefined) {
    const reports = await lookAtAll(this, stacks);
    tell(this, flags, reports);
    if (reports.some(({ drift }) => drift.length > 0)) this.endWith(ExitCode.pending);
    return;
  }
  let before: string | undefined;
  const seen = new FirstSeen();
  while (!this.signal.aborted) {
    const found = await watched(this, stacks);
    if (found !== undefined) {
      const reports = seen.date(found, Date.now());
      if (flags.textfile !== undefined || flags.html !== undefined) write(this, flags, reports);
      // What stays the same is told once.
      const now = JSON.stringify(reports);
      if (now !== before) tell(this, flags, reports);
      before = now;
    }
    await sleep(flags.watch * 1000, undefined, { signal: this.signal }).catch(() => undefined);
  }
}

async function wantedStacks(
  context: CliContext,
  flags: DriftFlags,
): Promise<readonly (string | undefined)[]> {
  if (!flags.all) return [flags.stack];
  if (flags.stack === undefined) return stackNames(context);
  throw new TandemError(
    [
      {
        code: "CLI_DRIFT_WHAT",
        severity: "error",
        message: "--all and --stack contradict each other",
        why: "one means every stack of the project, the other a single one",
        hint: "name one stack, or say --all",
      },
    ],
    { exitCode: ExitCode.usage },
  );
}

async function lookAtAll(
  context: CliContext,
  stacks: readonly (string | undefined)[],
): Promise<readonly DriftReport[]> {
  const reports: DriftReport[] = [];
  for (const stack of stacks) {
    const report = await lookAt(await deployedNodes(context, stack), context.signal);
    reports.push({ ...(stack === undefined ? {} : { stack }), ...report });
  }
  return reports;
}

/** A host that cannot be reached for a while does not end the watch. */
async function watched(
  context: CliContext,
  stacks: readonly (string | undefined)[],
): Promise<readonly DriftReport[] | undefined> {
  try {
    return await lookAtAll(context, stacks);
  } catch (error) {
    if (!(error instanceof TandemError)) throw error;
    for (const problem of error.problems) context.printer.problem(problem);
    return undefined;
  }
}

function tell(context: CliContext, flags: DriftFlags, reports: readonly DriftReport[]): void {
  const { printer } = context;
  if (flags.watch === undefined) write(context, flags, reports);
  else printer.step("looked at the hosts");
  if (flags.json) {
    printer.json({ stacks: reports });
    return;
  }
  for (const report of reports) {
    printDrift(printer, report);
    if (report.nodes.length === 0) printer.line("nothing is deployed; next: tandem up STACK");
  }
  if (reports.some(({ drift }) => drift.length > 0))
    printer.line("next: `tandem up STACK` undoes it, `tandem adopt` says what to write to keep it");
}

function write({ cwd }: CliContext, flags: DriftFlags, reports: readonly DriftReport[]): void {
  if (flags.html !== undefined) writeWhole(resolve(cwd, flags.html), driftPage(reports));
  if (flags.textfile !== undefined)
    writeWhole(resolve(cwd, flags.textfile), driftMetrics(reports, Date.now()));
}
