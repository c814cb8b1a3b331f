import { parseInterface } from "../../stack/index.ts";
import { type Field, field, type Item, item, list, type Remarks, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import { isInterface } from "../words.ts";
import type { Use } from "./common.ts";
import { type Block, inside, keyword } from "./tree.ts";

/** The virtual addresses of an instance: those in the adverts, and those that move along. */
export function vipFields(
  lines: readonly Block[],
  own: string | undefined,
  use: Use,
  notes: Notes,
): readonly Field[] {
  const read = (name: string) => inside(lines, name).flatMap((line) => vipItem(line, own, notes));
  const vips = read("virtual_ipaddress");
  const excluded = read("virtual_ipaddress_excluded");
  const six = vips[0]?.six;
  // An advert carries one family: keepalived moves the others out of it.
  const [inAdvert, outside] = [vips.filter((vip) => vip.six === six), vips.filter((vip) => vip.six !== six)];
  const rest = [...outside, ...excluded];
  // Comments of the addresses stand with them.
  const heads = (name: string): readonly Remarks[] => {
    use(name);
    return lines.filter((line) => keyword(line) === name);
  };
  return [
    field("vips", list(inAdvert.map((vip) => vip.item)), ...heads("virtual_ipaddress")),
    ...(rest.length === 0
      ? []
      : [field("excludedVips", list(rest.map((vip) => vip.item)), ...heads("virtual_ipaddress_excluded"))]),
  ];
}

/** `ADDRESS[/LENGTH] [dev IF] [label NAME]` */
function vipItem(
  line: Block,
  own: string | undefined,
  notes: Notes,
): { readonly item: Item; readonly six: boolean }[] {
  const [text = "", ...options] = line.words;
  const six = text.includes(":");
  const full = text.includes("/") ? text : `${text}/${six ? 128 : 32}`;
  const address = parseInterface(full);
  if (address === undefined) {
    notes.lost(line, `${text} is no address`, { hint: "write it as ADDRESS/LENGTH" });
    return [];
  }
  const vip: Record<string, string> = { address: address.text };
  for (let at = 0; at < options.length; at += 2) {
    const [word = "", value = ""] = options.slice(at, at + 2);
    if (word === "dev" && isInterface(value)) {
      if (value !== own) vip.interface = value;
    } else if (word === "label" && /^[A-Za-z0-9_.-]{1,11}:[A-Za-z0-9_.-]{1,8}$/.test(value))
      vip.label = value;
    else
      notes.lost(
        line,
        `${word} ${value} of the address ${address.address.text} has no field in the definition`,
        {
          why: "an address of a definition has an interface and a label",
          hint: "leave it out, or set it on the hosts",
        },
      );
  }
  return [{ item: item(treeOf(vip), line), six }];
}
