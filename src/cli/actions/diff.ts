import { ExitCode, together } from "../../diagnostics/index.ts";
import { loadStack } from "../../evaluate/index.ts";
import { diffObservation, openHost } from "../../host/index.ts";
import { checkStack } from "../../stack/index.ts";
import type { DiffFlags } from "../commands.ts";
import type { CliContext } from "../context.ts";
import { type NodeDifferences, printDifferences } from "../differences.ts";
import { secretLookup } from "../secrets.ts";
import { renderNodes } from "./render.ts";

/** Compares the stack as written with the live hosts; exit 2 when one differs. */
export async function diffAction(this: CliContext, flags: DiffFlags, name: string): Promise<void> {
  const { file, input } = await loadStack(name, this.cwd);
  const { stack, warnings } = checkStack(input);
  for (const warning of warnings) this.printer.problem(warning);
  const secrets = secretLookup(this, file);
  const nodes = await together(
    renderNodes(stack, flags.node).map(async (release): Promise<NodeDifferences> => {
      const pair = stack.pairs.find((p) => p.name === release.pair);
      const node = pair?.nodes.find((n) => n.name === release.node);
      if (pair === undefined || node === undefined)
        throw new RangeError(`no node ${release.node} in the stack`);
      const host = openHost(await secrets.connection(node.connection));
      try {
        const found = await host.observe(release, await secrets.of(pair));
        return { node: release.node, release: release.id, differences: diffObservation(release, found) };
      } finally {
        await host.close();
      }
    }),
  );
  if (nodes.some((n) => n.differences.length > 0)) this.endWith(ExitCode.pending);
  if (flags.json) this.printer.json({ nodes });
  else printDifferences(this.printer, nodes);
}
