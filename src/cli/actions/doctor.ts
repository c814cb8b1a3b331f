import { ExitCode } from "../../diagnostics/index.ts";
import { loadStack } from "../../evaluate/index.ts";
import { checkStack } from "../../stack/index.ts";
import type { DoctorFlags } from "../commands.ts";
import type { CliContext } from "../context.ts";
import { checkHosts } from "../doctor/hosts.ts";
import { checkMachine, type Finding } from "../doctor/machine.ts";

const mark = { ok: "ok", warning: "warn", error: "FAIL" } as const;

/** Says what is missing here and on the hosts, one line each, with what to do. */
export async function doctorAction(this: CliContext, flags: DoctorFlags): Promise<void> {
  const findings: Finding[] = [...(await checkMachine(this))];
  if (flags.stack !== undefined) {
    const { file, input } = await loadStack(flags.stack, this.cwd);
    const { stack } = checkStack(input);
    findings.push(...(await checkHosts(this, stack, file)));
  }
  const bad = findings.some((f) => f.state === "error");
  if (bad) this.endWith(ExitCode.failed);
  if (flags.json) {
    this.printer.json({ findings });
    return;
  }
  const { colors: c } = this.printer;
  const paint = { ok: c.green, warning: c.yellow, error: c.red } as const;
  for (const f of findings) {
    this.printer.data(`${paint[f.state](mark[f.state].padEnd(4))} ${f.subject}: ${f.message}`);
    if (f.fix !== undefined) this.printer.data(`     ${c.cyan("fix:")} ${f.fix}`);
  }
}
