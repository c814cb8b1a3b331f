import { ExitCode } from "../../diagnostics/index.ts";
import { diffObservation, openHost } from "../../host/index.ts";
import { toRelease } from "../../provider/node/inputs.ts";
import type { DriftFlags } from "../commands.ts";
import type { CliContext } from "../context.ts";
import { deployedNodes } from "../deployed.ts";
import { type NodeDifferences, printDifferences } from "../differences.ts";

/** Compares what was last applied with the live hosts; exit 2 when somebody altered one. */
export async function driftAction(this: CliContext, flags: DriftFlags): Promise<void> {
  const deployed = await deployedNodes(this, flags.stack);
  const nodes = await Promise.all(
    deployed.map(async (inputs): Promise<NodeDifferences> => {
      const release = toRelease(inputs);
      const host = openHost(inputs.connection);
      try {
        const found = await host.observe(release, inputs.secrets);
        return { node: release.node, release: release.id, differences: diffObservation(release, found) };
      } finally {
        await host.close();
      }
    }),
  );
  if (nodes.some((n) => n.differences.length > 0)) this.endWith(ExitCode.pending);
  if (flags.json) this.printer.json({ nodes });
  else if (nodes.length === 0) this.printer.line("nothing is deployed; next: tandem up STACK");
  else printDifferences(this.printer, nodes);
}
