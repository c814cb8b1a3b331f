import { ExitCode, together } from "../../diagnostics/index.ts";
import type { CliContext } from "../context.ts";
import { deployedNodes } from "../deployed.ts";
import { type Adoption, adoptionOf } from "../drift/adopt.ts";
import type { AdoptFlags } from "../drift/commands.ts";
import { lookAtNode } from "../drift/look.ts";
import type { Edit } from "../drift/tree-diff.ts";

/** Says in the definition's terms what was changed on the hosts by hand; writes nothing. */
export async function adoptAction(this: CliContext, flags: AdoptFlags): Promise<void> {
  const deployed = await deployedNodes(this, flags.stack);
  const adoptions = await together(
    deployed.map(async (inputs) => adoptionOf(this, await lookAtNode(inputs, this.signal))),
  );
  if (adoptions.some(({ edits, rest }) => edits.length + rest.length > 0)) this.endWith(ExitCode.pending);
  if (flags.json) this.printer.json({ nodes: adoptions });
  else print(this, adoptions);
}

function print({ printer }: CliContext, adoptions: readonly Adoption[]): void {
  const { colors: c } = printer;
  // A change that was made on both nodes is one edit.
  const byText = new Map<string, { readonly edit: Edit; readonly nodes: string[] }>();
  for (const { node, edits } of adoptions)
    for (const edit of edits) {
      const key = JSON.stringify(edit);
      const known = byText.get(key);
      if (known === undefined) byText.set(key, { edit, nodes: [node] });
      else known.nodes.push(node);
    }
  for (const { edit, nodes } of byText.values()) {
    printer.data(`${c.bold(edit.path)}  (as on ${nodes.join(" and ")})`);
    if (edit.from !== undefined) printer.data(c.red(`- ${JSON.stringify(edit.from)}`));
    printer.data(edit.to === undefined ? c.dim("  take it out") : c.green(`+ ${JSON.stringify(edit.to)}`));
  }
  const rest = adoptions.flatMap(({ node, rest: own }) => own.map((text) => `${node}: ${text}`));
  if (rest.length > 0) printer.data("No definition says these; `tandem up` puts back what a release has:");
  for (const line of rest) printer.data(`  ${line}`);
  if (byText.size > 0)
    printer.line("next: write this into the stack, then `tandem diff STACK` finds what is left");
  else if (rest.length === 0) printer.line("nothing was changed by hand");
}
