import { type Field, field, type Item, item, list, literal, type Remarks, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { Statement } from "../statement.ts";
import { wholeNumber } from "../words.ts";
import { type Base, isOption, lastMode } from "./base.ts";
import { carried, linesField } from "./lines.ts";
import type { Section } from "./sections.ts";
import { type Servers, serversOf } from "./servers.ts";
import { durationOf } from "./time.ts";
import type { TlsWords } from "./tls.ts";

const BALANCES = ["roundrobin", "leastconn", "source"];
const TIMEOUTS = ["connect", "server", "queue", "tunnel"];

/** A backend of the definition. */
export function backendItem(section: Section, base: Base, tls: TlsWords, notes: Notes): Item {
  const mode = lastMode(section.body) ?? base.mode;
  const servers = serversOf(section.body, base.lines, tls);
  const fields = new Map<string, Field>();
  const timeouts: Field[] = [];
  const rest: Statement[] = [];
  const silent: Remarks[] = [];
  for (const line of section.body) {
    const [keyword, second = "", third] = line.words;
    const time = durationOf(third);
    if (servers.used.has(line)) continue;
    if (keyword === "mode") silent.push(line);
    else if (keyword === "balance" && line.words.length === 2 && BALANCES.includes(second))
      fields.set("balance", field("balance", literal(second), line));
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
    const [, how = ""] = inherited.words;
    if (inherited.words.length === 2 && BALANCES.includes(how))
      fields.set("balance", field("balance", literal(how)));
    else rest.unshift({ ...inherited, above: [], behind: "" });
  }
  return item(
    {
      kind: "record",
      fields: [
        field("name", literal(section.name)),
        ...(base.from === undefined ? [] : [field("from", literal(base.from))]),
        field("mode", literal(mode)),
        ...["balance", "retries", "redispatch"].flatMap((key) => fields.get(key) ?? []),
        ...(timeouts.length === 0 ? [] : [field("timeouts", { kind: "record", fields: timeouts })]),
        ...checkFields(servers),
        ...linesField("directives", carried(rest, notes)),
      ],
    },
    section.head,
    ...silent.filter(({ above, behind }) => above.length > 0 || behind !== undefined),
  );
}

function checkFields(servers: Servers): readonly Field[] {
  return [
    field("healthCheck", treeOf(servers.check), ...servers.remarks),
    ...(servers.items.length === 0 ? [] : [field("servers", list(servers.items))]),
  ];
}
