import { join, resolve } from "node:path";
import { loadStack } from "../../evaluate/index.ts";
import { type Release, render } from "../../render/index.ts";
import { checkStack, type ResolvedStack } from "../../stack/index.ts";
import { shippedBinary, unbuiltBinary } from "../binary.ts";
import type { CliContext } from "../context.ts";
import { noSuch } from "../no-such.ts";
import type { RenderFlags } from "../offline-commands.ts";
import { writeOut } from "../write-file.ts";

/** Renders every node of a stack, or one. Throws TandemError (CLI_NO_SUCH_NODE) for an unknown name. */
export function renderNodes(stack: ResolvedStack, only: string | undefined): readonly Release[] {
  const binary = shippedBinary() ?? unbuiltBinary;
  const names = stack.pairs.flatMap((pair) => pair.nodes.map((node) => node.name));
  if (only !== undefined && !names.includes(only)) throw noSuch("stack", "node", only, names);
  return stack.pairs.flatMap((pair) =>
    pair.nodes
      .filter((node) => only === undefined || node.name === only)
      .map((node) => render(pair, node.name, binary)),
  );
}

/** Prints or writes the rendered files; secrets stand as placeholders. */
export async function renderAction(this: CliContext, flags: RenderFlags, name: string): Promise<void> {
  const { input } = await loadStack(name, this.cwd);
  const { stack, warnings } = checkStack(input);
  for (const warning of warnings) this.printer.problem(warning);
  const releases = renderNodes(stack, flags.node);
  if (shippedBinary() === undefined) {
    this.printer.line(
      "note: dist/tandemd is not built, so the unit names a digest of zeros (npm run build:daemon)",
    );
  }
  if (flags.json) this.printer.json(releases);
  else if (flags.out === undefined) for (const release of releases) print(this, release);
  else for (const release of releases) write(this, release, resolve(this.cwd, flags.out));
}

function print({ printer }: CliContext, release: Release): void {
  for (const file of Object.values(release.files)) {
    printer.data(printer.colors.bold(`# ==> ${release.node}:${file.path} (${file.mode.toString(8)})`));
    printer.data(file.text);
  }
}

function write({ printer }: CliContext, release: Release, out: string): void {
  const folder = join(out, release.node);
  for (const [name, file] of Object.entries(release.files)) {
    writeOut(join(folder, name), file.text, { mode: file.mode });
    printer.line(`wrote ${join(folder, name)}`);
  }
}
