import { type Field, field, type Item, item, list, literal, record, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { KeepalivedFile } from "../syntax.ts";
import { blocksField, carriedBlocks } from "./carry.ts";
import { tellDifferences } from "./compare.ts";
import { type Globals, globalFields, globalsOf } from "./global.ts";
import { groupItems } from "./groups.ts";
import { instanceItem } from "./instance.ts";
import { advertOf, memberOf, onePeer, versionOf, vipsOf } from "./member.ts";
import { translatedBlocks } from "./old-words.ts";
import { rolesOf } from "./roles.ts";
import { readScripts } from "./script.ts";
import { multicast, transportField } from "./transport.ts";
import { type Block, inside, keyword, named, readBlocks } from "./tree.ts";

/** What keepalived.conf says of one node. */
export interface NodeHint {
  readonly routerId?: string | undefined;
  readonly interface?: string | undefined;
  readonly address?: string | undefined;
}

/** One file, or those of both nodes. */
export interface Router {
  readonly first: readonly Block[];
  readonly second: readonly Block[] | undefined;
  readonly globals: Globals;
  readonly hints: readonly [NodeHint, NodeHint];
  /** Addresses that move with the pair. */
  readonly vips: ReadonlySet<string>;
  readonly tail: readonly string[];
}

export function readRouter(files: readonly KeepalivedFile[], notes: Notes): Router {
  const read = files.map(readBlocks);
  const [first = [], second] = read.map(({ blocks }) => translatedBlocks(blocks, notes));
  if (second !== undefined) tellDifferences(first, second, notes);
  const [instance] = named(first, "vrrp_instance");
  const own = hintOf(first);
  const peer = instance === undefined ? undefined : onePeer(memberOf(instance));
  const other = second === undefined ? { interface: own.interface, address: peer } : hintOf(second);
  return {
    first,
    second,
    globals: globalsOf(inside(first, "global_defs")),
    hints: [own, other],
    vips: new Set(named(first, "vrrp_instance").flatMap(vipsOf)),
    tail: read.flatMap(({ tail }) => tail),
  };
}

function hintOf(blocks: readonly Block[]): NodeHint {
  const [instance] = named(blocks, "vrrp_instance");
  const member = instance === undefined ? undefined : memberOf(instance);
  return {
    routerId: globalsOf(inside(blocks, "global_defs")).routerId,
    interface: member?.interface,
    address: member?.source,
  };
}

const TYPED = ["global_defs", "vrrp_script", "vrrp_instance", "vrrp_sync_group"];

/** Fields of a pair that keepalived.conf fills. `proxies`: the pair has frontends of its own. */
export function routerFields(
  router: Router,
  names: readonly [string, string],
  proxies: boolean,
  notes: Notes,
): readonly Field[] {
  const { first, globals } = router;
  const scripts = readScripts(named(first, "vrrp_script"), globals.scriptUser, proxies, notes);
  const instances = named(first, "vrrp_instance");
  const roles = instances.map((block) => rolesOf(block, router, names, notes));
  const [leader] = instances;
  const shared = {
    version: globals.version,
    advertInterval: leader === undefined ? "1s" : advertOf(leader, versionOf(leader, globals.version)),
    usualTransport: roles[0]?.transport ?? multicast(globals.group4),
    scripts,
    proxies,
    names,
    notifies: globals.notifies,
    interface: router.hints[0].interface,
  };
  const items: Item[] = [];
  const raw: Block[] = [];
  const seen = new Set<string>();
  for (const [index, block] of instances.entries()) {
    const [, name = ""] = block.words;
    const own = roles[index];
    const made =
      seen.has(name) || own === undefined ? undefined : instanceItem(block, { ...shared, ...own }, notes);
    if (made !== undefined) items.push(made);
    else if (seen.has(name))
      notes.lost(block, `the instance ${name} stands here again`, {
        why: "a file describes one node, and this one describes two",
        hint: "import the file of each node by itself",
      });
    else raw.push(block);
    seen.add(name);
  }
  if (items.length === 0) items.push(placeholderInstance(names, notes));
  const groups = groupItems(named(first, "vrrp_sync_group"), seen, raw);
  const others = [
    ...[...scripts.values()].flatMap((script) => (script.kind === "raw" ? [script.block] : [])),
    ...first.filter((block) => !TYPED.includes(keyword(block))),
    ...raw,
  ];
  const heads = named(first, "global_defs");
  return [
    field(
      "vrrp",
      record([
        ...globalFields(inside(first, "global_defs"), notes),
        field("advertInterval", literal(shared.advertInterval)),
        ...transportField(shared.usualTransport, multicast(undefined)),
        ...blocksField("blocks", carriedBlocks(others, notes)),
      ]),
      ...heads,
    ),
    ...listField(
      "trackScripts",
      [...scripts.values()].flatMap((script) => (script.kind === "typed" ? [script.item] : [])),
    ),
    field("vrrpInstances", list(items)),
    ...listField("syncGroups", groups),
  ];
}

const listField = (key: string, items: readonly Item[]): readonly Field[] =>
  items.length === 0 ? [] : [field(key, list(items))];

/** Files without an instance: a pair shares at least one address. */
function placeholderInstance(names: readonly [string, string], notes: Notes): Item {
  notes.placeholder("the virtual address 192.0.2.100/24 and router id 51 stand for those of the pair", {
    why: "no file names a virtual address",
    hint: "write the addresses that clients use in vrrpInstances",
  });
  const vips = [{ address: "192.0.2.100/24" }];
  return item(treeOf({ name: "VI_1", virtualRouterId: 51, master: names[0], vips }));
}
