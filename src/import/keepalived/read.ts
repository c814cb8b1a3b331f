import { type Field, field, type Item, item, list, literal, record, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { KeepalivedFile } from "../syntax.ts";
import { isName } from "../words.ts";
import { blocksField, carriedBlocks } from "./carry.ts";
import type { Common } from "./common.ts";
import { tellDifferences } from "./compare.ts";
import { type Globals, globalFields, globalsOf } from "./global.ts";
import { instanceItem } from "./instance.ts";
import { advertOf, type Member, memberOf, onePeer, versionOf, vipsOf } from "./member.ts";
import { notifyOf } from "./notify.ts";
import { translatedBlocks } from "./old-words.ts";
import { readScript, type Script } from "./script.ts";
import { multicast, transportField, transportOf } from "./transport.ts";
import { type Block, inside, keyword, readBlocks } from "./tree.ts";

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

/** Who is master, and with which priorities: as the files of both say, or the other node as the one implies. */
function rolesOf(
  block: Block,
  router: Router,
  names: readonly [string, string],
  notes: Notes,
): Pick<Common, "master" | "members" | "transport"> {
  const own = memberOf(block);
  const twin = named(router.second ?? [], "vrrp_instance").find(({ words }) => words[1] === block.words[1]);
  if (router.second !== undefined && twin === undefined)
    notes.lost(block, `the instance ${block.words[1]} stands in this file alone`, {
      why: "without it on the other node its addresses do not fail over",
      hint: "take it out of the definition, or see to it that both nodes can serve it",
    });
  const other = twin === undefined ? impliedMember(block, own, notes) : memberOf(twin);
  const first = own.priority === other.priority ? own.state === "MASTER" : own.priority > other.priority;
  const transport = transportOf(own, other, router.globals.group4);
  return { master: first ? names[0] : names[1], members: [own, other], transport };
}

function impliedMember(block: Block, own: Member, notes: Notes): Member {
  const leads = own.state === "MASTER" || own.priority >= 254;
  const priority = leads ? Math.max(1, own.priority - 1) : Math.min(254, own.priority + 1);
  notes.placeholder(`the other node of ${block.words[1]} has priority ${priority}`, {
    why: "its file was not given: it is made the one that this file's role and priority imply",
    hint: "give --keepalived the file of each node, or change members in the definition",
  });
  return { ...own, priority, state: leads ? "BACKUP" : own.state === "BACKUP" ? "BACKUP" : "MASTER" };
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
