import type { Notes } from "../notes.ts";
import { type Block, keyword } from "./tree.ts";

/** What the two nodes of a pair say for themselves. */
const OWN = new Set(["state", "priority", "interface", "unicast_src_ip", "unicast_peer", "router_id", "dev"]);

/** Lines of the second file that the first does not have: the definition says them for both nodes or for none. */
export function tellDifferences(first: readonly Block[], second: readonly Block[], notes: Notes): void {
  const known = new Set(flat(first).map(({ text }) => text));
  for (const { text, block } of flat(second)) {
    if (known.has(text)) continue;
    notes.lost(block, `${block.raws.join(" ")} stands in this file alone`, {
      why: "a definition says one thing for both nodes of a pair; what the first file says was taken",
      hint: "write the same in both files, or change the definition",
    });
  }
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
