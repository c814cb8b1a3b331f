import type { Statement } from "../statement.ts";
import { isOption } from "./base.ts";

const STATUSES = /^[1-5]\d\d(-[1-5]\d\d)?(,[1-5]\d\d(-[1-5]\d\d)?)*$/;
const CHECKS = /^(tcp-check|http-check|external-check)$/;
const METHODS = ["OPTIONS", "HEAD", "GET", "POST"];
const PATH = /^\/[\w./?=&%:-]*$/;
const HOST = /^[\w.:[\]-]+$/;
/** A Host header behind the version, as files of haproxy before 2.2 have it; the escapes may be resolved already. */
const VERSION_AND_HOST = /^HTTP\/1\.1(?:\\r\\n|\r\n)Host:\s*(\S+)$/i;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly host?: string;
}

/** How servers are checked: a connection, or one request whose status is looked at; undefined where the lines say more. */
export function wayOf(
  lines: readonly Statement[],
  inherited: readonly Statement[],
): { readonly check: object; readonly lines: readonly Statement[] } | undefined {
  const says = (line: Statement): boolean =>
    CHECKS.test(line.words[0] ?? "") ||
    (line.words[0] === "option" && /(chk|check)$/.test(line.words[1] ?? ""));
  if (inherited.some(says)) return undefined;
  const own = lines.filter(says);
  if (own.length === 0) return { check: { kind: "tcp" }, lines: [] };
  const option = own.find((line) => isOption(line, "httpchk"));
  const of = (verb: string) => own.filter(({ words }) => words[0] === "http-check" && words[1] === verb);
  const [sends, expects] = [of("send"), of("expect")];
  const once = sends.length <= 1 && expects.length <= 1;
  if (option === undefined || !once || own.length !== 1 + sends.length + expects.length) return undefined;
  const request = requestOf(option.words.slice(2), sends[0]?.words.slice(2));
  if (request === undefined) return undefined;
  const [expect] = expects;
  const [, , what, status = ""] = expect?.words ?? [];
  if (expect !== undefined && !(what === "status" && STATUSES.test(status) && expect.words.length === 4))
    return undefined;
  const check = { kind: "http", ...request, ...(expect === undefined ? {} : { expectStatus: status }) };
  return { check, lines: own };
}

/** The one request that a definition has: with a host it is HTTP/1.1, without one HTTP/1.0. */
function requestOf(option: readonly string[], send: readonly string[] | undefined): Request | undefined {
  const sent = send === undefined ? new Map<string, string>() : pairsOf(send);
  if (sent === undefined) return undefined;
  const alone = option.length === 1;
  const method = sent.get("meth") ?? (alone ? undefined : option[0]) ?? "OPTIONS";
  const path = sent.get("uri") ?? (alone ? option[0] : option[1]) ?? "/";
  const version = sent.get("ver") ?? option[2];
  const behind = VERSION_AND_HOST.exec(version ?? "")?.[1];
  const header = sent.get("hdr");
  if (option.length > 3 || !METHODS.includes(method) || !PATH.test(path)) return undefined;
  if (behind !== undefined && header !== undefined) return undefined;
  const host = behind ?? header;
  if (host === undefined)
    return version === undefined || version === "HTTP/1.0" ? { method, path } : undefined;
  const version11 = behind !== undefined || version === "HTTP/1.1";
  return version11 && HOST.test(host) ? { method, path, host } : undefined;
}

/** Words of `http-check send`, each with its value; the one header is Host. */
function pairsOf(words: readonly string[]): ReadonlyMap<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? "";
    const named = word === "hdr";
    const value = words[at + (named ? 2 : 1)];
    const known = ["meth", "uri", "ver", "hdr"].includes(word) && !pairs.has(word);
    if (!known || value === undefined || (named && words[at + 1]?.toLowerCase() !== "host")) return undefined;
    pairs.set(word, value);
    at += named ? 3 : 2;
  }
  return pairs;
}
