import { type Field, field, type Item, item, list, literal } from "../document.ts";
import type { Notes } from "../notes.ts";
import { areBlockLines } from "../words.ts";
import { allComments, type Block, linesOf } from "./tree.ts";

/** Lines and blocks that stand as they are, each with its comments in front. */
export function carriedBlocks(blocks: readonly Block[], notes: Notes): readonly Item[] {
  return blocks.flatMap((block) => {
    const lines = linesOf(block);
    if (!areBlockLines(lines)) {
      notes.lost(block, `${lines[0] ?? ""} cannot stand in a definition`, {
        why: "a line of a definition has no # and no !, and ends all quotes and blocks that it begins",
        hint: "write it in other words, or put what it runs into a script file",
      });
      return [];
    }
    const [first, ...rest] = lines;
    return [
      item(literal(first ?? ""), { above: allComments(block) }),
      ...rest.map((line) => item(literal(line))),
    ];
  });
}

export function blocksField(key: string, items: readonly Item[]): readonly Field[] {
  return items.length === 0 ? [] : [field(key, list(items))];
}
