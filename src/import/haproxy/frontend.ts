import { type Field, field, type Item, item, list, literal, type Remarks, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import { rewritten, type Statement } from "../statement.ts";
import { isInterfaceAddress, isIp, isName, wholeNumber } from "../words.ts";
import { type Base, isOption, lastMode } from "./base.ts";
import { carried, linesField } from "./lines.ts";
import type { Section } from "./sections.ts";
import { durationOf } from "./time.ts";
import type { TlsWords } from "./tls.ts";

/** What frontends need to know of the rest. */
export interface Surroundings {
  /** Mode of each backend and listen section of the file, by name. */
  readonly backends: ReadonlyMap<string, "http" | "tcp">;
  /** Addresses that move with the pair. */
  readonly vips: ReadonlySet<string>;
  /** Address of the file's own node on its interface. */
  readonly own: string | undefined;
  /** `ADDRESS:PORT` that a bind has taken. */
  readonly taken: Set<string>;
  readonly tls: TlsWords;
}

/** The rule of `redirectToHttps`, which stands in front of all others. */
const TO_HTTPS = "http-request redirect scheme https code 301 unless { ssl_fc }";
const decidesRequests = ({ words }: Statement): boolean => words[0] === "http-request";

/** A frontend of the definition. */
export function frontendItem(section: Section, base: Base, around: Surroundings, notes: Notes): Item {
  const mode = lastMode(section.body) ?? base.mode;
  const fields = new Map<string, Field>();
  const binds: Item[] = [];
  const rest: Statement[] = [];
  const silent: Remarks[] = [];
  for (const line of section.body) {
    const bind = line.words[0] === "bind" ? bindOf(line, around, notes) : undefined;
    const own = bind === undefined ? fieldOf(line, mode, around) : undefined;
    if (bind !== undefined) binds.push(item(treeOf(bind), line));
    else if (own !== undefined) fields.set(own.key, own);
    else if (mode === "http" && rewritten(line) === TO_HTTPS && !rest.some(decidesRequests))
      fields.set("redirectToHttps", field("redirectToHttps", literal(true), line));
    else if (saidElsewhere(line)) silent.push(line);
    else rest.push(line);
  }
  const value = {
    kind: "record" as const,
    fields: [
      field("name", literal(section.name)),
      ...(base.from === undefined ? [] : [field("from", literal(base.from))]),
      field("mode", literal(mode)),
      ...(binds.length === 0 ? [] : [field("binds", list(binds))]),
      ...["defaultBackend", "maxconn", "clientTimeout", "redirectToHttps"].flatMap(
        (key) => fields.get(key) ?? [],
      ),
      ...logFields(section.body, base, mode),
      ...(mode === "http" ? httpFields(section.body, base, fields) : []),
      ...linesField("directives", carried(rest, notes)),
    ],
  };
  return item(
    value,
    section.head,
    ...silent.filter(({ above, behind }) => above.length > 0 || behind !== undefined),
  );
}

/** `bind ADDRESS:PORT` with nothing but TLS behind it, on an address that both nodes serve. */
export function bindOf(line: Statement, around: Surroundings, notes: Notes): object | undefined {
  const [, word = "", ...options] = line.words;
  if (line.raws[1] !== word) return undefined;
  const [, host = "", digits] = /^(.*):(\d{1,5})$/.exec(word) ?? [];
  const port = wholeNumber(digits, 1, 65_535);
  if (port === undefined) return undefined;
  const bare = host.replace(/^(ipv4@|ipv6@)/, "").replace(/^\[(.*)\]$/, "$1");
  const [six] = options;
  if ((bare === "::") !== (six === "v6only")) return undefined;
  const words = six === "v6only" ? options.slice(1) : options;
  if (words.length > 0 && line.raws.slice(2).join(" ") !== options.join(" ")) return undefined;
  const tls = words.length === 0 ? undefined : around.tls.bind(words);
  if (words.length > 0 && tls === undefined) return undefined;
  const address = ["", "*", "0.0.0.0"].includes(bare) && !host.startsWith("ipv6@") ? "*" : bare;
  if (address !== "*" && address !== "::" && !isIp(address)) return undefined;
  const loopback = address.startsWith("127.") || address === "::1";
  if (address !== "*" && address !== "::" && !loopback && !around.vips.has(address)) {
    notes.translated(
      line,
      `${address} is no virtual address of the pair, so this bind line stands as it is`,
      {
        why: "a host that does not have the address serves nobody on it, and it does not fail over",
        hint: "listen on a virtual address, or make it one",
      },
    );
    return undefined;
  }
  const family = address.includes(":") ? "6" : "4";
  const keys = [
    `${family}${address}:${port}`,
    `${family}${address === "*" || address === "::" ? "" : "*"}:${port}`,
  ];
  if (keys.some((key) => around.taken.has(key))) {
    notes.translated(line, `${rewritten(line)} is taken by another line, so it stands as it is`, {
      why: "the kernel would divide the connections between the two at random",
      hint: "give each an address or port of its own",
    });
    return undefined;
  }
  around.taken.add(keys[0] ?? "");
  return { address, port, ...(tls === undefined ? {} : { tls }) };
}

function fieldOf(line: Statement, mode: "http" | "tcp", around: Surroundings): Field | undefined {
  const [keyword, second = "", third] = line.words;
  if (line.words.length === 2 && keyword === "default_backend" && isName(second) && line.raws[1] === second)
    // TCP to HTTP is legal there; the definition takes it for a mistake.
    return around.backends.get(second) === mode ? field("defaultBackend", literal(second), line) : undefined;
  if (line.words.length === 2 && keyword === "maxconn" && wholeNumber(second, 1, 10_000_000) !== undefined)
    return field("maxconn", literal(Number(second)), line);
  const time = durationOf(third);
  if (line.words.length === 3 && keyword === "timeout" && second === "client" && time !== undefined)
    return field("clientTimeout", literal(time), line);
  if (mode === "http" && isOption(line, "forwardfor") && forwardForOf(line) !== undefined)
    return field("forwardFor", treeOf(forwardForOf(line)), line);
  if (mode === "http" && line.words.length === 2 && isOption(line, "http-server-close"))
    return field("connectionMode", literal("serverClose"), line);
  if (mode === "http" && line.words.length === 2 && isOption(line, "httpclose"))
    return field("connectionMode", literal("close"), line);
  return undefined;
}

/** `option forwardfor [except NET] [header NAME] [if-none]` */
function forwardForOf(line: Statement): true | object | undefined {
  const rest = line.words.slice(2);
  const wish: { except?: string; header?: string; ifNone?: true } = {};
  for (let at = 0; at < rest.length; at++) {
    if (rest[at] === "if-none") wish.ifNone = true;
    else if (rest[at] === "except" && isInterfaceAddress(rest[at + 1])) wish.except = rest[++at] ?? "";
    else if (rest[at] === "header" && /^[A-Za-z0-9-]+$/.test(rest[at + 1] ?? ""))
      wish.header = rest[++at] ?? "";
    else return undefined;
  }
  return rest.length === 0 ? true : wish;
}

/** Lines that the other fields say. */
function saidElsewhere(line: Statement): boolean {
  if (line.words[0] === "mode") return true;
  return line.words.length === 2 && ["httplog", "tcplog", "dontlognull"].some((name) => isOption(line, name));
}

/** What is logged: the last word on it, the section's own before that of its defaults. */
function logFields(lines: readonly Statement[], base: Base, mode: "http" | "tcp"): readonly Field[] {
  const says = (line: Statement): boolean =>
    line.words[0] === "log-format" || isOption(line, "httplog") || isOption(line, "tcplog");
  const last = lines.filter(says).at(-1) ?? base.lines.filter(says).at(-1);
  const named = last?.words.length === 2 && last.words[0] === "option" ? (last.words[1] ?? "") : "short";
  // A tcp frontend has no requests: haproxy falls back to the format of connections.
  const format = named === "short" ? "short" : mode === "tcp" || named === "tcplog" ? "tcp" : "http";
  const quiet = [...lines, ...base.lines].some(
    (line) => isOption(line, "dontlognull") && line.words.length === 2,
  );
  return [
    ...(format === mode ? [] : [field("logFormat", literal(format))]),
    ...(quiet ? [] : [field("logEmpty", literal(true))]),
  ];
}

function httpFields(
  lines: readonly Statement[],
  base: Base,
  fields: ReadonlyMap<string, Field>,
): readonly Field[] {
  const inherited = base.lines.find((line) => isOption(line, "forwardfor"));
  const taken = lines.some(({ words }) => words[0] === "no" && words[2] === "forwardfor");
  const usual = inherited === undefined || taken ? undefined : forwardForOf(inherited);
  const mode = fields.get("connectionMode");
  return [
    fields.get("forwardFor") ?? field("forwardFor", treeOf(usual ?? false)),
    ...(mode === undefined ? [] : [mode]),
  ];
}
