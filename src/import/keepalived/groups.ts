import { field, type Item, item, list, literal, record } from "../document.ts";
import { isName } from "../words.ts";
import { notifyOf } from "./notify.ts";
import { type Block, inside, keyword, named } from "./tree.ts";

/** Sync groups of two instances and more; others stand as they are. */
export function groupItems(
  groups: readonly Block[],
  instances: ReadonlySet<string>,
  raw: Block[],
): readonly Item[] {
  return groups.flatMap((block) => {
    const lines = block.block ?? [];
    const members = inside(lines, "group").flatMap(({ words }) => words);
    const notify = notifyOf(lines);
    const [, name = ""] = block.words;
    const known = lines.every((line) => keyword(line) === "group" || notify.used.includes(line));
    if (!known || !isName(name) || members.length < 2 || members.some((member) => !instances.has(member))) {
      raw.push(block);
      return [];
    }
    return [
      item(
        record([
          field("name", literal(name)),
          field("instances", list(members.map((member) => item(literal(member)))), ...named(lines, "group")),
          ...notify.fields,
        ]),
        block,
      ),
    ];
  });
}
