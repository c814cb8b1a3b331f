import { ExitCode, type Problem } from "../../diagnostics/index.ts";
import { inspectStack, type ResolvedStack } from "../../stack/index.ts";
import { checkWithDaemon } from "../check-with-daemon.ts";
import type { CheckFlags } from "../commands.ts";
import type { CliContext } from "../context.ts";
import { loadStack } from "../load-stack.ts";
import { renderNodes } from "./render.ts";

/** Finds every problem of a stack; exit 3 when one of them is an error. */
export async function checkAction(this: CliContext, flags: CheckFlags, name: string): Promise<void> {
  const { file, input } = await loadStack(name, this.cwd);
  const { stack, problems: found } = inspectStack(input);
  const parsed = stack === undefined ? undefined : await checkWithDaemon(renderNodes(stack, undefined));
  const problems: readonly Problem[] = [...found, ...(parsed?.problems ?? [])];
  const failed = problems.some((p) => p.severity === "error");
  if (failed) this.endWith(ExitCode.invalidStack);
  const predictions = stack === undefined ? [] : failoverPredictions(stack);
  if (flags.json) {
    this.printer.json({ file, problems, predictions });
    return;
  }
  for (const problem of problems) this.printer.problem(problem);
  if (failed) return;
  for (const p of predictions) {
    this.printer.line(
      `${p.vip}: crash of ${p.master} ${p.crashLeast} to ${p.crashMost} ms, graceful stop ${p.graceful} ms without an answer (as the protocol predicts)`,
    );
  }
  if (parsed?.skipped !== undefined) this.printer.line(`note: ${parsed.skipped}`);
  const warnings =
    problems.length === 0 ? "no problem" : `${problems.length} warning${problems.length > 1 ? "s" : ""}`;
  this.printer.line(`${name}: ${warnings}; next: tandem up ${name} --preview`);
}

function failoverPredictions(stack: ResolvedStack) {
  return stack.pairs.flatMap((pair) =>
    pair.instances.flatMap((instance) =>
      instance.vips.map((vip) => ({
        vip: vip.address.text,
        instance: instance.name,
        master: instance.master,
        crashLeast: Math.round(instance.failover.crash.least),
        crashMost: Math.round(instance.failover.crash.most),
        graceful: Math.round(instance.failover.graceful),
      })),
    ),
  );
}
