import { type Field, field, type Item, item, list, literal, record, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { KeepalivedFile } from "../syntax.ts";
import { isName } from "../words.ts";
import { blocksField, carriedBlocks } from "./carry.ts";
import { tellDifferences } from "./compare.ts";
import { type Globals, globalFields, globalsOf } from "./global.ts";
import {
  advertOf,
  type Common,
  instanceItem,
  type Member,
  memberOf,
  notifyOf,
  onePeer,
  versionOf,
  vipsOf,
} from "./instance.ts";
import { translatedBlocks } from "./old-words.ts";
import { readScript, type Script } from "./script.ts";
import { type Block, inside, keyword, last, readBlocks } from "./tree.ts";

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

const named = (blocks: readonly Block[], name: string) => blocks.filter((block) => keyword(block) === name);

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
  const scripts = new Map<string, Script>();
  for (const block of named(first, "vrrp_script")) {
    const script = readScript(block, globals.scriptUser, proxies, notes);
    scripts.set(script.name, script);
  }
  const instances = named(first, "vrrp_instance");
  const intervals = instances.map((block) => advertOf(block, versionOf(block, globals.version)));
  const shared = { version: globals.version, advertInterval: intervals[0] ?? "1s", scripts, proxies, names };
  const items: Item[] = [];
  const raw: Block[] = [];
  const seen = new Set<string>();
  for (const block of instances) {
    const common = {
      ...shared,
      notifies: globals.notifies,
      interface: router.hints[0].interface,
      ...rolesOf(block, router, names, notes),
    };
    const made = seen.has(block.words[1] ?? "") ? undefined : instanceItem(block, common, notes);
    if (made !== undefined) items.push(made);
    else if (seen.has(block.words[1] ?? ""))
      notes.lost(block, `the instance ${block.words[1]} stands here again`, {
        why: "a file describes one node, and this one describes two",
        hint: "import the file of each node by itself",
      });
    else raw.push(block);
    seen.add(block.words[1] ?? "");
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
        ...transportField(instances, globals, notes),
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

/** Who is master, and with which priorities: as the files of both say, or the other node as the one implies. */
function rolesOf(
  block: Block,
  router: Router,
  names: readonly [string, string],
  notes: Notes,
): Pick<Common, "master" | "members"> {
  const own = memberOf(block);
  const twin = named(router.second ?? [], "vrrp_instance").find(({ words }) => words[1] === block.words[1]);
  if (router.second !== undefined && twin === undefined)
    notes.lost(block, `the instance ${block.words[1]} stands in this file alone`, {
      why: "without it on the other node its addresses do not fail over",
      hint: "take it out of the definition, or see to it that both nodes can serve it",
    });
  const other = twin === undefined ? impliedMember(block, own, notes) : memberOf(twin);
  for (const each of [block, twin])
    if (last(each?.block ?? [], "priority")?.words[1] === "255")
      notes.translated(last(each?.block ?? [], "priority") ?? block, "priority 255 is 254 now", {
        why: "255 is the owner of the addresses, which ignores all weights; a pair shares them",
        hint: "nothing is to be done",
      });
  const first = own.priority === other.priority ? own.state === "MASTER" : own.priority > other.priority;
  return { master: first ? names[0] : names[1], members: [own, other] };
}

function impliedMember(block: Block, own: Member, notes: Notes): Member {
  const leads = own.state === "MASTER" || own.priority === 254;
  const priority = leads ? Math.max(1, own.priority - 1) : Math.min(254, own.priority + 1);
  notes.placeholder(`the other node of ${block.words[1]} has priority ${priority}`, {
    why: "its file was not given: it is made the one that this file's role and priority imply",
    hint: "give --keepalived the file of each node, or change members in the definition",
  });
  return { ...own, priority, state: leads ? "BACKUP" : own.state === "BACKUP" ? "BACKUP" : "MASTER" };
}

function transportField(instances: readonly Block[], globals: Globals, notes: Notes): readonly Field[] {
  const unicast = instances.map(memberOf).filter(({ peers }) => peers.length > 0);
  if (unicast.length === 0) {
    const group4 = globals.group4;
    return group4 === undefined ? [] : [field("transport", treeOf({ kind: "multicast", group4 }))];
  }
  for (const block of instances) {
    const [, ...more] = memberOf(block).peers.filter((peer) => peer !== memberOf(block).source);
    const line = named(block.block ?? [], "unicast_peer")[0];
    if (more.length > 0)
      notes.lost(line ?? block, `the peers ${more.join(", ")} of ${block.words[1]} have no place in a pair`, {
        why: "a pair is two hosts",
        hint: "take the other hosts out of service for these addresses, or stay with keepalived here",
      });
  }
  return [field("transport", treeOf({ kind: "unicast" }))];
}

/** Sync groups of two instances and more; others stand as they are. */
function groupItems(groups: readonly Block[], instances: ReadonlySet<string>, raw: Block[]): readonly Item[] {
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

/** Files without an instance: a pair shares at least one address. */
function placeholderInstance(names: readonly [string, string], notes: Notes): Item {
  notes.placeholder("the virtual address 192.0.2.100/24 and router id 51 stand for those of the pair", {
    why: "no file names a virtual address",
    hint: "write the addresses that clients use in vrrpInstances",
  });
  const vips = [{ address: "192.0.2.100/24" }];
  return item(treeOf({ name: "VI_1", virtualRouterId: 51, master: names[0], vips }));
}
