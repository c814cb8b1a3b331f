import { ExitCode, TandemError } from "../diagnostics/index.ts";
import { askAtTerminal, isYes } from "./ask.ts";
import type { CliContext } from "./context.ts";

/** Asks on a terminal; without one, only `--yes` goes on. Throws TandemError (CLI_NOT_CONFIRMED). */
export async function confirm(context: CliContext, yes: boolean, consequence: string): Promise<void> {
  if (yes || isYes(await askAtTerminal(context, `${consequence}; go on?`))) return;
  throw new TandemError(
    [
      {
        code: "CLI_NOT_CONFIRMED",
        severity: "error",
        message: consequence,
        why: "nobody said yes, so nothing was done",
        hint: "answer y at a terminal, or say --yes",
      },
    ],
    { exitCode: ExitCode.usage },
  );
}
