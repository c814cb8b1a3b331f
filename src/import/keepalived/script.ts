import { type Field, field, type Item, item, literal, record } from "../document.ts";
import type { Notes } from "../notes.ts";
import { isCommandLine, isName, wholeNumber } from "../words.ts";
import { type Block, keyword } from "./tree.ts";

/** What becomes of a vrrp_script block. */
export type Script =
  | { readonly kind: "typed"; readonly name: string; readonly block: Block; readonly item: Item }
  /** It looks for the haproxy process, which is not there any more. */
  | { readonly kind: "proxy"; readonly name: string; readonly block: Block; readonly weight: number }
  | { readonly kind: "raw"; readonly name: string; readonly block: Block };

const SEEKS_PROXY =
  /^(\S*\/)?(killall -0|pidof|pgrep( -x)?|systemctl is-active|systemctl -q is-active) haproxy$/;

/** The scripts of a file by name. `proxies`: the pair serves the frontends itself. */
export function readScripts(
  blocks: readonly Block[],
  user: string | undefined,
  proxies: boolean,
  notes: Notes,
): ReadonlyMap<string, Script> {
  const scripts = new Map<string, Script>();
  for (const block of blocks) {
    const [, name = ""] = block.words;
    const first = scripts.get(name);
    if (first === undefined) scripts.set(name, readScript(block, user, proxies, notes));
    else
      notes.lost(block, `the vrrp_script ${name} stands here again`, {
        why: `keepalived uses the first, of line ${first.block.line}, and so does the definition`,
        hint: "take it out, or give it a name of its own",
      });
  }
  return scripts;
}

function readScript(block: Block, user: string | undefined, proxies: boolean, notes: Notes): Script {
  const [, name = ""] = block.words;
  const lines = block.block ?? [];
  const value = (key: string): string | undefined =>
    lines.filter((line) => keyword(line) === key).at(-1)?.words[1];
  const command = lines.filter((line) => keyword(line) === "script").at(-1);
  const text = command?.words.slice(1).join(" ") ?? "";
  const weight = wholeNumber(value("weight") ?? "0", -253, 253);
  const seeks = SEEKS_PROXY.test(text) && weight !== undefined;
  if (seeks && proxies) {
    notes.translated(command ?? block, `the script ${name} is trackProxy now`, {
      why: "tandemd serves the frontends itself: no process is called haproxy, so the check would always fail",
      hint: "nothing is to be done",
    });
    return { kind: "proxy", name, block, weight };
  }
  // The definition takes such a script for a mistake; without frontends a real haproxy may run beside.
  const fields = seeks ? undefined : typedFields(name, text, weight, lines, user);
  if (fields === undefined) return { kind: "raw", name, block };
  return { kind: "typed", name, block, item: item(record(fields), block) };
}

const KEYS = ["script", "interval", "timeout", "weight", "rise", "fall", "user"];

function typedFields(
  name: string,
  text: string,
  weight: number | undefined,
  lines: readonly Block[],
  user: string | undefined,
): readonly Field[] | undefined {
  const lastOf = (key: string) => lines.filter((line) => keyword(line) === key).at(-1);
  const odd = lines.some(
    (line) => !KEYS.includes(keyword(line)) || (keyword(line) !== "script" && line.words.length !== 2),
  );
  if (odd || !isName(name) || !isCommandLine(text) || weight === undefined) return undefined;
  const fields: Field[] = [
    field("name", literal(name)),
    field("script", literal(text), ...remarks(lastOf("script"))),
  ];
  for (const key of ["interval", "timeout"]) {
    const line = lastOf(key);
    const seconds = wholeNumber(line?.words[1], 1, 3600);
    if (line !== undefined && seconds === undefined) return undefined;
    if (seconds !== undefined) fields.push(field(key, literal(`${seconds}s`), ...remarks(line)));
  }
  if (lastOf("weight") !== undefined)
    fields.push(field("weight", literal(weight), ...remarks(lastOf("weight"))));
  for (const key of ["rise", "fall"]) {
    const line = lastOf(key);
    const count = wholeNumber(line?.words[1], 1, 1000);
    if (line !== undefined && count === undefined) return undefined;
    if (count !== undefined) fields.push(field(key, literal(count), ...remarks(line)));
  }
  const own = lastOf("user")?.words[1] ?? user;
  if (own !== undefined && !isName(own)) return undefined;
  if (own !== undefined && own !== "root")
    fields.push(field("user", literal(own), ...remarks(lastOf("user"))));
  return fields;
}

const remarks = (block: Block | undefined): readonly Block[] => (block === undefined ? [] : [block]);
