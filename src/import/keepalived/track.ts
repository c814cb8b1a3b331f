import { type Field, field, type Item, item, list, literal, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import { isInterface, wholeNumber } from "../words.ts";
import type { Common } from "./common.ts";
import { type Block, inside, keyword, last } from "./tree.ts";

/** What decides beside the adverts: scripts, interfaces, the own proxy. */
export function trackFields(
  lines: readonly Block[],
  common: Common,
  used: Set<Block>,
  notes: Notes,
): readonly Field[] {
  const scripts: Item[] = [];
  let proxy: number | undefined;
  const raw: Block[] = [];
  for (const line of inside(lines, "track_script")) {
    const [name = ""] = line.words;
    const script = common.scripts.get(name);
    if (script !== undefined && isBelow(script.block, line))
      notes.translated(line, `${name} is defined below this line, and is tracked now`, {
        why: "keepalived passes over scripts that are not defined yet, so it has had no effect",
        hint: "take it out of the instance's trackScripts, if it is not wanted",
      });
    if (script?.kind === "typed" && line.words.length === 1) scripts.push(item(literal(name), line));
    else if (script?.kind === "proxy") proxy = wholeNumber(line.words[2], -253, 253) ?? script.weight;
    else if (script === undefined)
      notes.lost(line, `there is no vrrp_script ${name} above this line`, {
        why: "keepalived passes over scripts that are not defined yet, so it has had no effect",
        hint: "add it to trackScripts and to the instance, if it is wanted",
      });
    else raw.push(line);
  }
  const interfaces = inside(lines, "track_interface").map((line) => {
    const weight = wholeNumber(line.words[2], -253, 253);
    const plain =
      line.words.length === 1 ||
      (line.words.length === 3 && line.words[1] === "weight" && weight !== undefined);
    return plain && isInterface(line.words[0] ?? "")
      ? item(treeOf({ interface: line.words[0], ...(weight === undefined ? {} : { weight }) }), line)
      : undefined;
  });
  const native = last(lines, "#tandem:track_proxy");
  if (native !== undefined) proxy = wholeNumber(native.words[2], -253, 253) ?? 0;
  for (const line of lines) {
    if (keyword(line) === "track_script" && raw.length === 0) used.add(line);
    if (keyword(line) === "track_interface" && !interfaces.includes(undefined)) used.add(line);
    if (line === native) used.add(line);
  }
  const known = interfaces.flatMap((entry) => entry ?? []);
  return [
    ...(scripts.length === 0 || raw.length > 0 ? [] : [field("trackScripts", list(scripts))]),
    ...(known.length === 0 || interfaces.includes(undefined) ? [] : [field("trackInterfaces", list(known))]),
    ...(common.proxies ? [trackProxy(proxy)] : []),
  ];
}

const isBelow = (block: Block, line: Block): boolean => block.file === line.file && block.line > line.line;

function trackProxy(weight: number | undefined): Field {
  return field(
    "trackProxy",
    weight === undefined || weight === 0 ? literal(weight === 0) : treeOf({ weight }),
  );
}
