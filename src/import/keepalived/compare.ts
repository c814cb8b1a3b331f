import type { Notes } from "../notes.ts";
import { type Block, keyword } from "./tree.ts";

/** What the two nodes of a pair say for themselves. */
const OWN = new Set(["state", "priority", "interface", "unicast_src_ip", "unicast_peer", "router_id", "dev"]);

/** Lines that one file has and the other has not: the definition says them for both nodes or for none. */
export function tellDifferences(first: readonly Block[], second: readonly Block[], notes: Notes): void {
  for (const block of missingIn(second, first))
    notes.translated(
      block,
      `${block.raws.join(" ")} stands in this file alone, and is said of both nodes now`,
      {
        why: "a definition says one thing for both nodes of a pair; what the first file says was taken",
        hint: "write the same in both files, or change the definition",
      },
    );
  for (const block of missingIn(first, second))
    notes.lost(block, `${block.raws.join(" ")} stands in this file alone`, {
      why: "a definition says one thing for both nodes of a pair; what the first file says was taken",
      hint: "write the same in both files, or change the definition",
    });
}

/** Of what stands in a block that is missing whole, the block alone. */
function missingIn(blocks: readonly Block[], others: readonly Block[]): readonly Block[] {
  const known = new Set(flat(blocks).map(({ text }) => text));
  const missing = flat(others).filter(({ text }) => !known.has(text));
  const whole = missing.map(({ text }) => `${text}/`);
  return missing
    .filter(({ text }) => !whole.some((above) => text.startsWith(above)))
    .map(({ block }) => block);
}

function flat(
  blocks: readonly Block[],
  path = "",
): readonly { readonly text: string; readonly block: Block }[] {
  return blocks.flatMap((block) => {
    if (OWN.has(keyword(block))) return [];
    const text = `${path}/${block.words.join(" ")}`;
    return [{ text, block }, ...flat(block.block ?? [], text)];
  });
}
