import { type Field, field, item, list, literal, record, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import { isEmail, isHostName, isIp, wholeNumber } from "../words.ts";
import { blocksField, carriedBlocks } from "./carry.ts";
import { type Block, inside, keyword, last } from "./tree.ts";

/** What global_defs says to the rest. */
export interface Globals {
  readonly version: 2 | 3;
  readonly routerId: string | undefined;
  readonly scriptUser: string | undefined;
  readonly group4: string | undefined;
  readonly notifies: boolean;
}

const MAIL = [
  "notification_email",
  "notification_email_from",
  "smtp_server",
  "smtp_connect_timeout",
  "smtp_helo_name",
];

export function globalsOf(lines: readonly Block[]): Globals {
  const value = (name: string): string | undefined => last(lines, name)?.words[1];
  return {
    version: value("vrrp_version") === "3" ? 3 : 2,
    routerId: value("router_id"),
    scriptUser: value("script_user"),
    group4: value("vrrp_mcast_group4"),
    notifies: notificationOf(lines) !== undefined,
  };
}

/** Fields of `vrrp` that global_defs fills. */
export function globalFields(lines: readonly Block[], notes: Notes): readonly Field[] {
  const said = ["router_id", "vrrp_version", "script_user", "enable_script_security", "vrrp_mcast_group4"];
  const mail = notificationOf(lines);
  const garp = garpFields(lines);
  const delay = wholeNumber(last(lines, "vrrp_startup_delay")?.words[1], 0, 600);
  const used = [
    ...said,
    ...(mail === undefined ? [] : MAIL),
    ...garp.used,
    ...(delay === undefined ? [] : ["vrrp_startup_delay"]),
  ];
  const user = last(lines, "script_user");
  if (user !== undefined && user.words.length > 2)
    notes.lost(user, `the group ${user.words[2]} of ${user.words[1]} has no field in the definition`, {
      why: "a script of a definition runs as a user with that user's own group",
      hint: "give the user that group as its own, or let the script do what needs it by sudo",
    });
  const silent = lines.filter((line) => said.includes(keyword(line)));
  const rest = lines.filter((line) => !used.includes(keyword(line)));
  return [
    field(
      "version",
      literal(globalsOf(lines).version),
      ...silent.filter(({ above, behind }) => above.length > 0 || behind !== undefined),
    ),
    ...(delay === undefined ? [] : [field("startupDelay", literal(`${delay}s`))]),
    ...(mail === undefined ? [] : [mail]),
    ...garp.fields,
    ...blocksField("globalDirectives", carriedBlocks(rest, notes)),
  ];
}

/** Who gets mail; undefined when the definition cannot say all of it. */
function notificationOf(lines: readonly Block[]): Field | undefined {
  const recipients = inside(lines, "notification_email");
  const from = last(lines, "notification_email_from");
  const server = last(lines, "smtp_server");
  const timeout = last(lines, "smtp_connect_timeout");
  const seconds = wholeNumber(timeout?.words[1], 1, 600);
  const [, address = "", portText] = server?.words ?? [];
  const port = wholeNumber(portText, 1, 65_535);
  const fits =
    recipients.length > 0 &&
    recipients.every(({ words }) => words.length === 1 && isEmail(words[0] ?? "")) &&
    isEmail(from?.words[1] ?? "") &&
    (isHostName(address) || isIp(address)) &&
    (portText === undefined || port !== undefined) &&
    (timeout === undefined || seconds !== undefined) &&
    last(lines, "smtp_helo_name") === undefined;
  if (!fits || from === undefined || server === undefined) return undefined;
  const heads = lines.filter((line) => keyword(line) === "notification_email");
  return field(
    "notification",
    record([
      field("recipients", list(recipients.map((line) => item(literal(line.words[0] ?? ""), line)))),
      field("from", literal(from.words[1] ?? ""), from),
      field("smtpServer", treeOf({ address, port }), server),
      ...(timeout === undefined ? [] : [field("connectTimeout", literal(`${seconds}s`), timeout)]),
    ]),
    ...heads,
  );
}

const GARP: Readonly<Record<string, readonly [key: string, unit: string, most: number]>> = {
  vrrp_garp_master_delay: ["masterDelay", "s", 3600],
  vrrp_garp_master_repeat: ["repeat", "", 100],
  vrrp_garp_master_refresh: ["refresh", "s", 86_400],
};

function garpFields(lines: readonly Block[]): {
  readonly fields: readonly Field[];
  readonly used: readonly string[];
} {
  const found = Object.entries(GARP).flatMap(([name, [key, unit, most]]) => {
    const line = last(lines, name);
    const count = wholeNumber(line?.words[1], unit === "" ? 1 : 0, most);
    if (line === undefined || count === undefined) return [];
    return [{ name, field: field(key, literal(unit === "" ? count : `${count}${unit}`), line) }];
  });
  const fields = found.map((entry) => entry.field);
  return {
    used: found.map(({ name }) => name),
    fields: fields.length === 0 ? [] : [field("garp", record(fields))],
  };
}
