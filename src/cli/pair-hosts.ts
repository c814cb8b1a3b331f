import { together } from "../diagnostics/index.ts";
import { loadStack } from "../evaluate/index.ts";
import { type Host, openHost } from "../host/index.ts";
import { checkStack, type ResolvedPair } from "../stack/index.ts";
import { chosenPairs } from "./chosen-pairs.ts";
import type { CliContext } from "./context.ts";
import { secretLookup } from "./secrets.ts";

/** A pair of a definition with ways to its hosts; whoever opens them closes them. */
export interface PairHosts {
  readonly pair: string;
  readonly definition: ResolvedPair;
  readonly hosts: readonly Host[];
}

/** The pairs of a stack, or the one named. */
export async function openPairs(
  context: CliContext,
  stackName: string,
  only: string | undefined,
): Promise<readonly PairHosts[]> {
  const { file, input } = await loadStack(stackName, context.cwd);
  const { stack } = checkStack(input);
  const secrets = secretLookup(context, file);
  return together(
    chosenPairs(stack, only).map(async (definition) => ({
      pair: definition.name,
      definition,
      hosts: (await together(definition.nodes.map(({ connection }) => secrets.connection(connection)))).map(
        openHost,
      ),
    })),
  );
}

export async function closePairs(pairs: readonly PairHosts[]): Promise<void> {
  await Promise.allSettled(pairs.flatMap(({ hosts }) => hosts.map((host) => host.close())));
}
