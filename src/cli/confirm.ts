import { createInterface } from "node:readline/promises";
import { ExitCode, TandemError } from "../diagnostics/index.ts";
import type { CliContext } from "./context.ts";

/** Asks on a terminal; without one, only `--yes` goes on. Throws TandemError (CLI_NOT_CONFIRMED). */
export async function confirm(context: CliContext, yes: boolean, consequence: string): Promise<void> {
  if (yes) return;
  if (context.printer.live && process.stdin.isTTY) {
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    const answer = await prompt.question(`${consequence}; go on? [y/N] `, { signal: context.signal });
    prompt.close();
    if (/^y(es)?$/i.test(answer.trim())) return;
  }
  throw new TandemError(
    [{ code: "CLI_NOT_CONFIRMED", severity: "error", message: consequence, hint: "say --yes" }],
    { exitCode: ExitCode.usage },
  );
}
