import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { ExitCode, type Problem, ruleOf, silenced, TandemError, tellingOf } from "../../diagnostics/index.ts";
import { loadStack, stackFiles } from "../../evaluate/index.ts";
import {
  checkTarget,
  durationMs,
  failoverPredictions,
  inspectNeighbour,
  inspectStack,
  predictionText,
  silencesOf,
} from "../../stack/index.ts";
import { checkCertificates } from "../check/certificates.ts";
import { checkWithDaemon } from "../check/rendered.ts";
import { sarifLog } from "../check/sarif.ts";
import { readSilences, tellIdle } from "../check/silences.ts";
import type { CliContext } from "../context.ts";
import type { CheckFlags } from "../offline-commands.ts";
import { checkFiles, wrongUse } from "./check-files.ts";
import { renderNodes } from "./render.ts";

/** Finds every problem of a stack; exit 3 when one of them is an error. */
export async function checkAction(
  this: CliContext,
  flags: CheckFlags,
  ...names: readonly string[]
): Promise<void> {
  if (flags.keepalived) return checkFiles(this, flags, names);
  const [name] = names;
  refuseFacts(flags, this.cwd);
  if (name === undefined || names.length > 1) throw wrongUse(`one stack is checked, ${names.length} given`);
  const target = flags.targetFailover === undefined ? undefined : targetMs(flags.targetFailover);
  const given = readSilences(flags.silence);
  const { file, input } = await loadStack(name, this.cwd);
  const inspected = inspectStack(input);
  const { stack } = inspected;
  const found = [
    ...inspected.problems,
    ...(await otherStacks(file, input)),
    ...(await checkCertificates(this, file, input)),
    ...(stack === undefined || target === undefined ? [] : checkTarget(stack, target)),
  ];
  const parsed = stack === undefined ? undefined : await checkWithDaemon(this, renderNodes(stack, undefined));
  const all: readonly Problem[] = [...found, ...(parsed?.problems ?? [])];
  const silences = [...silencesOf(input), ...given];
  const problems = silenced(all, silences);
  const failed = problems.some((p) => p.severity === "error");
  if (failed) this.endWith(ExitCode.invalidStack);
  const predictions = stack === undefined ? [] : failoverPredictions(stack);
  if (flags.sarif) {
    this.printer.json(sarifLog(problems, relative(this.cwd, file)));
    return;
  }
  if (flags.json) {
    const ruled = problems.map((problem) => ({ ...problem, rule: ruleOf(problem.code) ?? null }));
    this.printer.json({ file, problems: ruled, predictions });
    return;
  }
  for (const problem of problems) this.printer.problem(problem);
  const complete = parsed !== undefined && parsed.skipped === undefined;
  tellIdle(this.printer, all.map(tellingOf), silences, complete);
  if (failed) return;
  for (const p of predictions) this.printer.line(predictionText(p));
  if (parsed?.skipped !== undefined) this.printer.line(`note: ${parsed.skipped}`);
  const open = problems.filter((problem) => problem.silenced === undefined).length;
  const warnings = open === 0 ? "no problem" : `${open} warning${open > 1 ? "s" : ""}`;
  this.printer.line(`${name}: ${warnings}; ${nextStep(name, file, this.cwd)}`);
}

/** A deployment takes the stacks that the project's program finds: those of its folder stacks. */
function nextStep(name: string, file: string, cwd: string): string {
  if (dirname(file) === resolve(cwd, "stacks")) return `next: tandem up ${name} --preview`;
  return `next: move it into ${join(cwd, "stacks")}, where a deployment looks for stacks`;
}

/** What is told of machines belongs to two files; a definition holds it itself. A file that is missing is told, too. */
function refuseFacts(flags: CheckFlags, cwd: string): void {
  const files = ["haproxy", "sysctl", "addresses", "firewall", "root", "segment"] as const;
  const given = [...files, "id" as const].filter((fact) => flags[fact] !== undefined);
  if (given.length === 0) return;
  const wrong = wrongUse(`--${given.join(", --")} needs --keepalived and two files`);
  const missing = files
    .flatMap((fact) => (flags[fact] ?? []).map((file) => [fact, file] as const))
    .filter(([, file]) => !existsSync(resolve(cwd, file)))
    .map(
      ([fact, file]): Problem => ({
        code: "CLI_LINT_REFUSED",
        severity: "error",
        message: `${file}, given by --${fact}, does not exist`,
        hint: "name files that can be read",
      }),
    );
  throw new TandemError([...wrong.problems, ...missing], { exitCode: wrong.exitCode });
}

function targetMs(text: string): number {
  const ms = durationMs(text);
  if (ms > 0) return ms;
  throw wrongUse(`--target-failover ${JSON.stringify(text)} is no time; e.g. 1s or 500ms`);
}

/** Router ids that other stacks of the folder have on the same segments; one that does not load is its own matter. */
async function otherStacks(file: string, input: unknown): Promise<readonly Problem[]> {
  const folder = dirname(file);
  if (basename(folder) !== "stacks") return [];
  const others = stackFiles(folder).filter((name) => name !== basename(file));
  const found: Problem[] = [];
  for (const name of others) {
    const loaded = await loadStack(join(folder, name), folder).catch(() => undefined);
    if (loaded !== undefined) found.push(...inspectNeighbour(input, loaded.input, `stacks/${name}`));
  }
  return found;
}
