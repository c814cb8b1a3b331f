import { parseInterface, parseIp } from "../../stack/index.ts";
import {
  type Field,
  field,
  type Item,
  item,
  list,
  literal,
  type Remarks,
  record,
  treeOf,
} from "../document.ts";
import type { Notes } from "../notes.ts";
import { isCommandLine, isInterface, isIp, isName, wholeNumber } from "../words.ts";
import { blocksField, carriedBlocks } from "./carry.ts";
import type { Script } from "./script.ts";
import { allComments, type Block, inside, keyword, last } from "./tree.ts";

/** What an instance says of the node whose file it stands in. */
export interface Member {
  readonly state: "MASTER" | "BACKUP";
  readonly priority: number;
  readonly interface: string | undefined;
  readonly source: string | undefined;
  readonly peers: readonly string[];
}

/** What instances share with the rest of the pair. */
export interface Common {
  readonly version: 2 | 3;
  /** Time between adverts that the pair has already. */
  readonly advertInterval: string;
  readonly scripts: ReadonlyMap<string, Script>;
  readonly notifies: boolean;
  /** The pair has frontends of its own. */
  readonly proxies: boolean;
  readonly names: readonly [string, string];
  /** Interface of the node that the file came from. */
  readonly interface: string | undefined;
  readonly master: string;
  readonly members: readonly [Member, Member];
}

export function memberOf(block: Block): Member {
  const lines = block.block ?? [];
  const stated = last(lines, "state");
  const state = stated?.words[1] === "MASTER" ? "MASTER" : "BACKUP";
  const wish = wholeNumber(last(lines, "priority")?.words[1] ?? "100", 1, 255) ?? 100;
  return {
    state,
    priority: Math.min(254, wish),
    interface: last(lines, "interface")?.words[1],
    source: last(lines, "unicast_src_ip")?.words[1]?.split("/")[0],
    peers: inside(lines, "unicast_peer").flatMap(({ words }) => words[0]?.split("/")[0] ?? []),
  };
}

/** Time between adverts of an instance, as the definition writes it. */
export function advertOf(block: Block, version: 2 | 3): string {
  const seconds = Number(last(block.block ?? [], "advert_int")?.words[1] ?? "1");
  const ms =
    version === 2 ? Math.max(1, Math.round(seconds)) * 1000 : Math.max(10, Math.round(seconds * 100) * 10);
  if (!Number.isFinite(ms)) return "1s";
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

/** Addresses of an instance without prefix length, for binds of the proxy. */
export function vipsOf(block: Block): readonly string[] {
  return ["virtual_ipaddress", "virtual_ipaddress_excluded"]
    .flatMap((name) => inside(block.block ?? [], name))
    .flatMap(({ words }) => parseIp(words[0]?.split("/")[0] ?? "")?.text ?? []);
}

const NOTIFY: Readonly<Record<string, string>> = {
  notify_master: "master",
  notify_backup: "backup",
  notify_fault: "fault",
  notify_stop: "stop",
  notify: "any",
};

/** Programs to run at a change of state; lines that say more stand as they are. */
export function notifyOf(lines: readonly Block[]): {
  readonly fields: readonly Field[];
  readonly used: readonly Block[];
} {
  const used = lines.filter(
    (line) =>
      NOTIFY[keyword(line)] !== undefined && line.words.length === 2 && isCommandLine(line.words[1] ?? ""),
  );
  const fields = used.map((line) => field(NOTIFY[keyword(line)] ?? "", literal(line.words[1] ?? ""), line));
  return { used, fields: fields.length === 0 ? [] : [field("notify", record(fields))] };
}

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
    ...preemptFields(lines, common, use, notes),
    ...authenticationField(block, common, use("authentication"), notes),
    ...vipFields(lines, own, use, notes),
    ...trackFields(lines, common, used, notes),
    ...notify.fields,
    ...mailField(lines, common, use),
  ];
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

/** Version of an instance: IPv6 wants the third. */
export function versionOf(block: Block, usual: 2 | 3): 2 | 3 {
  const said = last(block.block ?? [], "version")?.words[1];
  if (said === "2" || said === "3") return said === "2" ? 2 : 3;
  return vipsOf(block)[0]?.includes(":") === true ? 3 : usual;
}

type Use = (...keys: string[]) => readonly Remarks[];

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

function authenticationField(
  block: Block,
  common: Common,
  remarks: readonly Remarks[],
  notes: Notes,
): readonly Field[] {
  const lines = inside(block.block ?? [], "authentication");
  const kind = last(lines, "auth_type")?.words[1];
  const password = last(lines, "auth_pass");
  if (password === undefined || (kind !== "PASS" && kind !== "AH")) {
    if (lines.length > 0)
      notes.lost(
        lines[0] ?? block,
        "this authentication block names no kind and password that keepalived takes",
        {
          why: "keepalived runs without authentication then",
          hint: 'write authentication: { kind: "PASS", password: … }, or leave it out',
        },
      );
    return [];
  }
  if (versionOf(block, common.version) === 3) {
    notes.translated(password, "the authentication of a version 3 instance is left out", {
      why: "VRRP version 3 has none, so it has had no effect",
      hint: "nothing is to be done",
    });
    return [];
  }
  const key = `${block.words[1] ?? "vrrp"}.password`;
  const long = [...(password.words[1] ?? "")].length > 8;
  notes.secret(password, `the password of ${block.words[1]} stands in no definition`, {
    why: long
      ? "keepalived cuts passwords to 8 characters, and this one is longer"
      : "a definition refers to secrets and does not hold them",
    hint: `set ${long ? "its first 8 characters" : "it"} with \`pulumi config set --secret ${key}\``,
  });
  return [field("authentication", treeOf({ kind, password: { kind: "config", key } }), ...remarks)];
}

function vipFields(
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

function trackFields(
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

function trackProxy(weight: number | undefined): Field {
  return field(
    "trackProxy",
    weight === undefined || weight === 0 ? literal(weight === 0) : treeOf({ weight }),
  );
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

/** Whether the peers of an instance are the two of a pair. */
export function onePeer(member: Member): string | undefined {
  const peers = member.peers.filter((peer) => peer !== member.source && isIp(peer));
  return peers[0];
}
