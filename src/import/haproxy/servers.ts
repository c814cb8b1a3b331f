import { type Item, item, type Remarks, treeOf } from "../document.ts";
import type { Statement } from "../statement.ts";
import { isIp, isName, wholeNumber } from "../words.ts";
import { cookieValue } from "./balance.ts";
import { wayOf } from "./checks.ts";
import { durationOf } from "./time.ts";
import { SERVER_TLS, type TlsWords } from "./tls.ts";

/** Servers and their check as fields of a backend; nothing of it when the lines say more than fields can. */
export interface Servers {
  readonly check: object;
  readonly items: readonly Item[];
  /** Lines that these fields say. */
  readonly used: ReadonlySet<Statement>;
  /** Comments of the lines that say how is checked. */
  readonly remarks: readonly Remarks[];
}

const NOTHING: Servers = { check: { kind: "none" }, items: [], used: new Set(), remarks: [] };

interface Server {
  readonly line: Statement;
  readonly checked: boolean;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly rhythm: Readonly<Record<string, unknown>>;
}

export function serversOf(
  lines: readonly Statement[],
  inherited: readonly Statement[],
  tls: TlsWords,
  cookies: boolean,
): Servers {
  const all = [...inherited, ...lines];
  if (all.some(({ words }) => words[0] === "server-template")) return NOTHING;
  if (inherited.some(({ words }) => words[0] === "default-server")) return NOTHING;
  const usual = usualRhythm(lines);
  if (usual === undefined) return NOTHING;
  const servers = lines
    .filter(({ words }) => words[0] === "server")
    .map((line) => serverOf(line, tls, cookies));
  const known = servers.flatMap((server) => server ?? []);
  if (known.length === 0 || known.length < servers.length) return NOTHING;
  if (new Set(known.map(({ fields }) => fields.name)).size < known.length) return NOTHING;
  const checked = known.filter((server) => server.checked);
  const [first] = checked;
  const way = first === undefined ? { check: { kind: "none" }, lines: [] } : wayOf(lines, inherited);
  if (way === undefined) return NOTHING;
  // The definition has one rhythm for all servers of a backend.
  const rhythmOf = (server: Server | undefined) => ({ ...usual.rhythm, ...server?.rhythm });
  const rhythm = JSON.stringify(rhythmOf(first));
  if (checked.some((server) => JSON.stringify(rhythmOf(server)) !== rhythm)) return NOTHING;
  if (first === undefined && usual.lines.length > 0) return NOTHING;
  return {
    check: { ...way.check, ...(first === undefined ? {} : rhythmOf(first)) },
    items: known.map((server) =>
      item(
        treeOf({ ...server.fields, ...(first !== undefined && !server.checked ? { check: false } : {}) }),
        server.line,
      ),
    ),
    used: new Set([...way.lines, ...usual.lines, ...known.map(({ line }) => line)]),
    remarks: [...way.lines, ...usual.lines],
  };
}

/** `default-server` with nothing but the rhythm of checks; undefined when it says more. */
function usualRhythm(lines: readonly Statement[]):
  | {
      readonly rhythm: Readonly<Record<string, unknown>>;
      readonly lines: readonly Statement[];
    }
  | undefined {
  const own = lines.filter(({ words }) => words[0] === "default-server");
  const rhythm: Record<string, unknown> = {};
  for (const { words } of own)
    for (let at = 1; at < words.length; at += 2) {
      const [key, known] = valued(words[at] ?? "", words[at + 1]);
      if (known === undefined || key === "weight" || key === "maxconn") return undefined;
      rhythm[key] = known;
    }
  // A later line overrides; servers in front of it do not have it.
  const first = lines.findIndex(({ words }) => words[0] === "server");
  if (own.some((line) => first !== -1 && lines.indexOf(line) > first)) return undefined;
  return { rhythm, lines: own };
}

/** `server NAME IP:PORT` with what the definition knows; undefined for all others. */
function serverOf(line: Statement, tls: TlsWords, cookies: boolean): Server | undefined {
  const [, name = "", target = "", ...options] = line.words;
  const [, host = "", digits] = /^(.*):(\d{1,5})$/.exec(target) ?? [];
  const address = host.replace(/^\[(.*)\]$/, "$1");
  const port = wholeNumber(digits, 1, 65_535);
  if (!isName(name) || port === undefined || !isIp(address)) return undefined;
  const fields: Record<string, unknown> = { name, address, port };
  const rhythm: Record<string, unknown> = {};
  const secure = new Map<string, string[]>();
  let checked = false;
  for (let at = 0; at < options.length; at++) {
    const word = options[at] ?? "";
    const value = options[at + 1];
    if (word === "check") checked = true;
    else if (word === "backup") fields.backup = true;
    else if (word === "cookie" && cookies && cookieValue(value) !== undefined) {
      if (value !== name) fields.cookie = value;
      at++;
    } else if (word === "ssl") secure.set(word, []);
    else if (SERVER_TLS.includes(word) && value !== undefined) secure.set(word, [options[++at] ?? ""]);
    else {
      const [key, known] = valued(word, value);
      if (known === undefined) return undefined;
      (["weight", "maxconn"].includes(key) ? fields : rhythm)[key] = known;
      at++;
    }
  }
  if (secure.size > 0) {
    fields.tls = secure.has("ssl") ? tls.server(secure) : undefined;
    if (fields.tls === undefined) return undefined;
  }
  // Without a check a rhythm means nothing, but it may be what a runtime order turns on.
  if (!checked && Object.keys(rhythm).length > 0) return undefined;
  return { line, checked, fields, rhythm };
}

function valued(word: string, value: string | undefined): readonly [string, unknown] {
  switch (word) {
    case "weight":
      return ["weight", wholeNumber(value, 0, 256)];
    case "maxconn":
      return ["maxconn", wholeNumber(value, 1, 10_000_000)];
    case "inter":
      return ["interval", durationOf(value)];
    case "rise":
      return ["rise", wholeNumber(value, 1, 1000)];
    case "fall":
      return ["fall", wholeNumber(value, 1, 1000)];
    case "port":
      return ["port", wholeNumber(value, 1, 65_535)];
    default:
      return [word, undefined];
  }
}
