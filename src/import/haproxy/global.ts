import { type Field, field, type Item, item, list, literal, literals, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { Statement } from "../statement.ts";
import { isLogTarget, isName, wholeNumber } from "../words.ts";
import { isLogGlobal, isOption } from "./base.ts";
import { carried, linesField } from "./lines.ts";
import { durationOf } from "./time.ts";
import { socketField } from "./windows.ts";

/** Fields of `proxy` that the global section fills. */
export function globalFields(lines: readonly Statement[], notes: Notes): readonly Field[] {
  const rest: Statement[] = [];
  const logs: Item[] = [];
  const fields = new Map<string, Field>();
  const socket = socketField(lines);
  for (const line of socket.rest) {
    const [keyword = "", value] = line.words;
    const log = keyword === "log" ? logTargetOf(line.words) : undefined;
    const connections = keyword === "maxconn" ? wholeNumber(value, 1, 10_000_000) : undefined;
    if (log !== undefined) logs.push(item(treeOf(log), line));
    else if (connections !== undefined) fields.set("maxconn", field("maxconn", literal(connections), line));
    else if ((keyword === "user" || keyword === "group") && line.words.length === 2 && isName(value))
      fields.set(keyword, field(keyword, literal(value ?? ""), line));
    else rest.push(line);
  }
  return [
    fields.get("maxconn") ?? field("maxconn", literal("auto")),
    field("logs", list(logs)),
    ...["user", "group"].flatMap((key) => fields.get(key) ?? []),
    ...socket.fields,
    ...linesField("globalDirectives", carried(rest, notes)),
  ];
}

/** `log ADDRESS FACILITY [LEVEL]`; the level of haproxy's default is the least severe. */
function logTargetOf(words: readonly string[]): object | undefined {
  const [, address, facility, level = "debug", ...more] = words;
  const target = { address, facility, level };
  return more.length === 0 && isLogTarget(target) ? target : undefined;
}

const TIMEOUTS: Readonly<Record<string, string>> = {
  connect: "connect",
  client: "client",
  server: "server",
  queue: "queue",
  "http-request": "httpRequest",
  "http-keep-alive": "httpKeepAlive",
  check: "check",
  tunnel: "tunnel",
  "client-fin": "clientFin",
  "server-fin": "serverFin",
};
/** Those that the definition gives a value when nothing is said. */
const ALWAYS = ["connect", "client", "server", "queue", "httpRequest", "httpKeepAlive", "check"];

/** Fields of `proxy` that the pair's own defaults fill. `alone`: no other section reads these defaults. */
export function defaultsFields(
  lines: readonly Statement[],
  frontendsOnly: boolean,
  notes: Notes,
): readonly Field[] {
  const rest: Statement[] = [];
  const timeouts = new Map<string, Field>();
  const fields = new Map<string, Field>();
  for (const line of lines) {
    const [keyword, second = "", third] = line.words;
    const key = keyword === "timeout" && line.words.length === 3 ? TIMEOUTS[second] : undefined;
    const time = durationOf(third);
    if (key !== undefined && time !== undefined) timeouts.set(key, field(key, literal(time), line));
    else if (keyword === "retries" && wholeNumber(second, 0, 100) !== undefined)
      fields.set("retries", field("retries", literal(Number(second)), line));
    else if (isOption(line, "redispatch") && line.words.length === 2)
      fields.set("redispatch", field("redispatch", literal(true), line));
    else if (!impliedBySections(line, frontendsOnly)) rest.push(line);
    else fields.set("remarks", merged(fields.get("remarks"), line));
  }
  const missing = ALWAYS.filter((key) => !timeouts.has(key)).map((key) => field(key, literal("none")));
  const all = [...Object.values(TIMEOUTS).flatMap((key) => timeouts.get(key) ?? []), ...missing];
  const silent = lines.some(isLogGlobal) ? [] : [item(literal("no log"))];
  return [
    { ...field("timeouts", { kind: "record", fields: all }), above: fields.get("remarks")?.above ?? [] },
    ...(fields.has("retries") ? [fields.get("retries") as Field] : []),
    fields.get("redispatch") ?? field("redispatch", literal(false)),
    ...linesField("defaultDirectives", [...silent, ...carried(rest, notes)]),
  ];
}

/** Lines that frontends and backends say for themselves, so that the defaults need not. */
function impliedBySections(line: Statement, frontendsOnly: boolean): boolean {
  if (isLogGlobal(line) || line.words[0] === "mode") return true;
  if (!frontendsOnly || line.words.length !== 2) return false;
  return ["httplog", "tcplog", "dontlognull"].some((name) => isOption(line, name));
}

/** Keeps the comments of lines that have no field of their own. */
function merged(before: Field | undefined, line: Statement): Field {
  const above = [
    ...(before?.above ?? []),
    ...line.above,
    ...(line.behind === undefined ? [] : [line.behind]),
  ];
  return { ...field("remarks", literals([])), above };
}
