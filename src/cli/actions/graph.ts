import { resolve } from "node:path";
import { loadStack } from "../../evaluate/index.ts";
import { parseStack } from "../../stack/index.ts";
import type { CliContext } from "../context.ts";
import { topologyOf } from "../graph/from-stack.ts";
import { toMermaid } from "../graph/mermaid.ts";
import { toSvg } from "../graph/svg.ts";
import type { GraphFlags } from "../offline-commands.ts";
import { writeOut } from "../write-file.ts";

/** Draws a stack as SVG or Mermaid. */
export async function graphAction(this: CliContext, flags: GraphFlags, name: string): Promise<void> {
  const { input } = await loadStack(name, this.cwd);
  const topology = topologyOf(parseStack(input));
  const text = flags.format === "svg" ? toSvg(topology) : toMermaid(topology);
  if (flags.out === undefined) {
    this.printer.data(text);
    return;
  }
  writeOut(resolve(this.cwd, flags.out), text);
  this.printer.line(`wrote ${flags.out}`);
}
