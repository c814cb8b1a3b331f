import { type Field, field, type Item, item, literal, type Remarks, record, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import { isInterface, isName, wholeNumber } from "../words.ts";
import { vipFields } from "./addresses.ts";
import { authenticationField } from "./authentication.ts";
import { blocksField, carriedBlocks } from "./carry.ts";
import type { Common, Use } from "./common.ts";
import { advertOf, memberOf, versionOf, vipsOf } from "./member.ts";
import { notifyOf } from "./notify.ts";
import { trackFields } from "./track.ts";
import { tellPeerOptions, transportField } from "./transport.ts";
import { allComments, type Block, keyword, last } from "./tree.ts";

/** An instance of the definition; undefined when it has no address, so that it can only stand as it is. */
export function instanceItem(block: Block, common: Common, notes: Notes): Item | undefined {
  const [, name = ""] = block.words;
  const lines = block.block ?? [];
  const vrid = last(lines, "virtual_router_id");
  const number = wholeNumber(vrid?.words[1], 1, 255);
  if (!isName(name) || number === undefined || vipsOf(block).length === 0) return undefined;
  const used = new Set<Block>();
  const use = (...keys: string[]): readonly Remarks[] => {
    const own = lines.filter((line) => keys.includes(keyword(line)));
    for (const line of own) used.add(line);
    return own.length === 0 ? [] : [{ above: own.flatMap(allComments) }];
  };
  const own = memberOf(block).interface;
  const notify = notifyOf(lines);
  for (const line of notify.used) used.add(line);
  const fields: Field[] = [
    field("name", literal(name)),
    field("virtualRouterId", literal(number), ...use("virtual_router_id")),
    field("master", literal(common.master)),
    field("members", membersValue(common), ...use("state", "priority")),
    ...interfaceField(own, common, use("interface")),
    ...advertField(block, common, use("advert_int", "version")),
    ...transportField(common.transport, common.usualTransport),
    ...preemptFields(lines, common, use, notes),
    ...authenticationField(block, common, use("authentication"), notes),
    ...vipFields(lines, own, use, notes),
    ...trackFields(lines, common, used, notes),
    ...notify.fields,
    ...mailField(lines, common, use),
  ];
  tellPeerOptions(block, notes);
  use("unicast_src_ip", "unicast_peer", "preempt");
  const rest = lines.filter((line) => !used.has(line));
  return item(record([...fields, ...blocksField("directives", carriedBlocks(rest, notes))]), block);
}

function membersValue({ names, members }: Common) {
  return record(
    members.map(({ state, priority }, index) => field(names[index] ?? "", treeOf({ priority, state }))),
  );
}

function interfaceField(
  own: string | undefined,
  common: Common,
  remarks: readonly Remarks[],
): readonly Field[] {
  const differs = own !== undefined && own !== common.interface && isInterface(own);
  if (differs) return [field("interface", literal(own), ...remarks)];
  return [];
}

function advertField(block: Block, common: Common, remarks: readonly Remarks[]): readonly Field[] {
  const own = versionOf(block, common.version);
  const interval = advertOf(block, own);
  return [
    ...(own === common.version ? [] : [field("version", literal(own))]),
    ...(interval === common.advertInterval ? [] : [field("advertInterval", literal(interval), ...remarks)]),
  ];
}

function preemptFields(lines: readonly Block[], common: Common, use: Use, notes: Notes): readonly Field[] {
  const starts = common.members.some(({ state }) => state === "MASTER");
  const fields: Field[] = [];
  for (const [key, line] of [
    ["nopreempt", last(lines, "nopreempt")],
    ["preemptDelay", last(lines, "preempt_delay")],
  ] as const) {
    if (line === undefined) continue;
    const remarks = use(keyword(line));
    const seconds = wholeNumber(line.words[1], 0, 1000);
    if (starts) {
      notes.translated(line, `${line.raws.join(" ")} is left out`, {
        why: "keepalived clears it on a node that starts as MASTER, so it has had no effect",
        hint: `write ${key} in the instance and state: "BACKUP" in both members, if it is wanted`,
      });
    } else if (key === "nopreempt") fields.push(field(key, literal(true), ...remarks));
    else if (seconds !== undefined) fields.push(field(key, literal(`${seconds}s`), ...remarks));
  }
  return fields;
}

function mailField(lines: readonly Block[], common: Common, use: Use): readonly Field[] {
  if (!common.notifies) return [];
  const said = last(lines, "smtp_alert");
  if (said !== undefined && !["false", "off", "no"].includes(said.words[1] ?? "")) {
    use("smtp_alert");
    return [];
  }
  return [field("mail", literal(false), ...use("smtp_alert"))];
}
