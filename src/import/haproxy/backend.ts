import { type Field, field, type Item, item, list, literal, type Remarks, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { Statement } from "../statement.ts";
import { wholeNumber } from "../words.ts";
import { balanceOf, cookieOf } from "./balance.ts";
import { type Base, isOption, lastMode } from "./base.ts";
import { carried, linesField } from "./lines.ts";
import type { Section } from "./sections.ts";
import { type Servers, serversOf } from "./servers.ts";
import { durationOf } from "./time.ts";
import type { TlsWords } from "./tls.ts";

const TIMEOUTS = ["connect", "server", "queue", "tunnel"];

/** A backend of the definition. */
export function backendItem(section: Section, base: Base, tls: TlsWords, notes: Notes): Item {
  const mode = lastMode(section.body) ?? base.mode;
  // A tcp backend cannot read requests: haproxy passes over what would choose a server by them.
  const cookie = mode === "http" ? cookieOf(section.body, base.lines) : undefined;
  const servers = serversOf(section.body, base.lines, tls, cookie !== undefined);
  const fields = new Map<string, Field>();
  const timeouts: Field[] = [];
  const rest: Statement[] = [];
  const silent: Remarks[] = [];
  for (const line of section.body) {
    const [keyword, second = "", third] = line.words;
    const time = durationOf(third);
    if (servers.used.has(line)) continue;
    if (keyword === "mode") silent.push(line);
    else if (keyword === "balance" && balanceOf(line, mode) !== undefined)
      setBalance(fields, balanceOf(line, mode), line);
    else if (line === cookie?.line && servers.items.length > 0)
      fields.set("cookie", field("cookie", treeOf(cookie.fields), line));
    else if (keyword === "retries" && wholeNumber(second, 0, 100) !== undefined)
      fields.set("retries", field("retries", literal(Number(second)), line));
    else if (isOption(line, "redispatch") && line.words.length === 2)
      fields.set("redispatch", field("redispatch", literal(true), line));
    else if (
      keyword === "timeout" &&
      TIMEOUTS.includes(second) &&
      line.words.length === 3 &&
      time !== undefined
    )
      timeouts.push(field(second, literal(time), line));
    else rest.push(line);
  }
  const inherited = base.lines.filter(({ words }) => words[0] === "balance").at(-1);
  if (inherited !== undefined && !section.body.some(({ words }) => words[0] === "balance")) {
    if (balanceOf(inherited, mode) !== undefined) setBalance(fields, balanceOf(inherited, mode));
    else rest.unshift({ ...inherited, above: [], behind: "" });
  }
  return item(
    {
      kind: "record",
      fields: [
        field("name", literal(section.name)),
        ...(base.from === undefined ? [] : [field("from", literal(base.from))]),
        field("mode", literal(mode)),
        ...["balance", "balanceOn", "cookie", "retries", "redispatch"].flatMap(
          (key) => fields.get(key) ?? [],
        ),
        ...(timeouts.length === 0 ? [] : [field("timeouts", { kind: "record", fields: timeouts })]),
        ...checkFields(servers),
        ...linesField("directives", carried(rest, notes)),
      ],
    },
    section.head,
    ...silent.filter(({ above, behind }) => above.length > 0 || behind !== undefined),
  );
}

function setBalance(fields: Map<string, Field>, wish: ReturnType<typeof balanceOf>, ...line: Statement[]) {
  if (wish === undefined) return;
  fields.set("balance", field("balance", literal(wish.how), ...line));
  fields.delete("balanceOn");
  if (wish.on !== undefined) fields.set("balanceOn", field("balanceOn", literal(wish.on)));
}

function checkFields(servers: Servers): readonly Field[] {
  return [
    field("healthCheck", treeOf(servers.check), ...servers.remarks),
    ...(servers.items.length === 0 ? [] : [field("servers", list(servers.items))]),
  ];
}
