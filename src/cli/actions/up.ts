import { basename } from "node:path";
import { ExitCode } from "../../diagnostics/index.ts";
import { loadStack } from "../../evaluate/index.ts";
import { checkStack } from "../../stack/index.ts";
import type { UpFlags } from "../commands.ts";
import type { CliContext } from "../context.ts";
import { runPulumi } from "../pulumi.ts";

/** Exit code of `pulumi preview --expect-no-changes` when there are some. */
const PULUMI_UNEXPECTED_CHANGES = 7;

/** Checks a stack and hands over to Pulumi: the same as `pulumi up`, refused earlier when it cannot work. */
export async function upAction(this: CliContext, flags: UpFlags, name: string): Promise<void> {
  const { file, input } = await loadStack(name, this.cwd);
  const { warnings } = checkStack(input);
  for (const warning of warnings) this.printer.problem(warning);
  const stack = basename(file, ".ts");
  const args = flags.preview
    ? ["preview", "--refresh", "--diff", "--expect-no-changes", "--stack", stack]
    : ["up", "--refresh", "--stack", stack, ...(flags.yes ? ["--yes"] : [])];
  this.printer.step(`pulumi ${args.join(" ")}`);
  const { exitCode } = await runPulumi(args, {
    cwd: this.cwd,
    env: this.env,
    inherit: true,
    signal: this.signal,
  });
  if (exitCode === PULUMI_UNEXPECTED_CHANGES) this.endWith(ExitCode.pending);
  else if (exitCode !== 0) this.endWith(ExitCode.failed);
}
