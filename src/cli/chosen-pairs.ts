import { ExitCode, TandemError } from "../diagnostics/index.ts";
import { type ResolvedPair, type ResolvedStack, suggestion } from "../stack/index.ts";

/** The pair of that name, or all. */
export function chosenPairs(stack: ResolvedStack, only: string | undefined): readonly ResolvedPair[] {
  if (only === undefined) return stack.pairs;
  const found = stack.pairs.filter((pair) => pair.name === only);
  if (found.length > 0) return found;
  const names = stack.pairs.map((pair) => pair.name);
  const message = `the stack has no pair ${JSON.stringify(only)}`;
  const hint = suggestion(only, names);
  throw new TandemError([{ code: "CLI_NO_SUCH_NODE", severity: "error", message, hint }], {
    exitCode: ExitCode.usage,
  });
}
