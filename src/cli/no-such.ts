import { ExitCode, TandemError } from "../diagnostics/index.ts";
import { suggestion } from "../stack/index.ts";

/** A node, pair or stage that was named and is not in the definition; `known`: what is there. */
export function noSuch(
  whose: "stack" | "rollout",
  kind: "node" | "pair" | "stage",
  name: string,
  known: readonly string[],
): TandemError {
  return new TandemError(
    [
      {
        code: "CLI_NO_SUCH_NODE",
        severity: "error",
        message: `the ${whose} has no ${kind} ${JSON.stringify(name)}`,
        why: "nothing would be chosen, and that nothing is wrong with it would look like success",
        hint: suggestion(name, known),
      },
    ],
    { exitCode: ExitCode.usage },
  );
}
