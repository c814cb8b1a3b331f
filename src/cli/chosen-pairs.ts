import type { ResolvedPair, ResolvedStack } from "../stack/index.ts";
import { noSuch } from "./no-such.ts";

/** The pair of that name, or all. */
export function chosenPairs(stack: ResolvedStack, only: string | undefined): readonly ResolvedPair[] {
  if (only === undefined) return stack.pairs;
  const found = stack.pairs.filter((pair) => pair.name === only);
  if (found.length > 0) return found;
  const names = stack.pairs.map((pair) => pair.name);
  throw noSuch("stack", "pair", only, names);
}
