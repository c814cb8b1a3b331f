import type { Notes } from "../notes.ts";
import type { Statement } from "../statement.ts";

const TIMEOUTS: Readonly<Record<string, string>> = {
  contimeout: "connect",
  clitimeout: "client",
  srvtimeout: "server",
};

/** What haproxy took out without a successor: the reason, and what to do instead. */
const GONE: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  debug: ["haproxy took it out of the language", "run the proxy in the foreground to see traffic"],
  nbproc: ["haproxy has one process since 2.5", "write nbthread N in proxy.globalDirectives"],
  appsession: ["haproxy took it out in 1.6", "write a stick table, or cookie persistence"],
  reqdeny: ["haproxy took regular expressions over whole headers out", "write http-request deny if { … }"],
  reqideny: ["haproxy took regular expressions over whole headers out", "write http-request deny if { … }"],
  reqallow: ["haproxy took regular expressions over whole headers out", "write http-request allow if { … }"],
  reqpass: ["haproxy took regular expressions over whole headers out", "leave it out"],
  reqtarpit: [
    "haproxy took regular expressions over whole headers out",
    "write http-request tarpit if { … }",
  ],
  rspdeny: ["haproxy took regular expressions over whole headers out", "write http-response deny if { … }"],
};

/** The line in words of today: itself when it is one, others in its place when it is an old spelling. */
export function translated(statement: Statement, notes: Notes): readonly Statement[] {
  const [keyword = "", second = ""] = statement.words;
  const timeout = TIMEOUTS[keyword];
  if (timeout !== undefined)
    return [become(statement, ["timeout", timeout, ...statement.raws.slice(1)], notes)];
  if (keyword === "redispatch") return [become(statement, ["option", "redispatch"], notes)];
  if (keyword === "option" && second === "forceclose")
    return [become(statement, ["option", "httpclose"], notes)];
  if (keyword === "block")
    return [become(statement, ["http-request", "deny", ...statement.raws.slice(1)], notes)];
  const headers = /^(req|rsp)i?(add|del|rep)$/.exec(keyword);
  if (headers !== null) return rewrittenHeaders(statement, headers[1] ?? "", headers[2] ?? "", notes);
  const gone = GONE[keyword];
  if (gone === undefined) return [statement];
  lose(statement, notes, ...gone);
  return [];
}

function rewrittenHeaders(
  statement: Statement,
  side: string,
  verb: string,
  notes: Notes,
): readonly Statement[] {
  const rules = side === "req" ? "http-request" : "http-response";
  const [, text = ""] = statement.words;
  const ignoreCase = /^(req|rsp)i/.test(statement.words[0] ?? "");
  const words =
    verb === "add"
      ? added(rules, text, statement.raws.slice(2))
      : verb === "del"
        ? deleted(rules, text, statement.raws.slice(2))
        : replaced(rules, text, statement.words[2] ?? "", statement.raws.slice(3), ignoreCase);
  if (words !== undefined) return [become(statement, words, notes)];
  lose(
    statement,
    notes,
    "haproxy took regular expressions over whole headers out, and this one is no plain header or path",
    `write ${rules} set-header, replace-header or replace-path`,
  );
  return [];
}

/** `reqadd X-Forwarded-Proto:\ http` */
function added(rules: string, text: string, condition: readonly string[]): string[] | undefined {
  const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) return undefined;
  // The value becomes a format string, where a percent sign begins an expression.
  return [rules, "add-header", name, quoted(value.replaceAll("%", "%%")), ...condition];
}

/** `reqidel ^X-Forwarded-For:.*`: names of headers do not know case anyway. */
function deleted(rules: string, text: string, condition: readonly string[]): string[] | undefined {
  const [, name] = /^\^?([A-Za-z0-9-]+):?(\.\*)?\$?$/.exec(text) ?? [];
  return name === undefined || !text.startsWith("^") ? undefined : [rules, "del-header", name, ...condition];
}

/** `reqrep ^([^\ :]*)\ /old/(.*) \1\ /new/\2` rewrites the path; `^Host:\ (.*)` a header. */
function replaced(
  rules: string,
  search: string,
  replacement: string,
  condition: readonly string[],
  ignoreCase: boolean,
): string[] | undefined {
  const flag = ignoreCase ? "(?i)" : "";
  const header = /^\^([A-Za-z0-9-]+):(?: |\\s\*|\\s)?(.*)$/.exec(search);
  const value = /^([A-Za-z0-9-]+): ?(.*)$/.exec(replacement);
  if (header !== null && value !== null && header[1]?.toLowerCase() === value[1]?.toLowerCase()) {
    const pattern = `${flag}^${header[2] ?? ""}`;
    return [rules, "replace-header", value[1] ?? "", quoted(pattern), quoted(value[2] ?? ""), ...condition];
  }
  const path = /^\^\(\[\^ :?\]\*\) (\/.*)$/.exec(search);
  const wanted = /^\\1 (\/.*)$/.exec(replacement);
  if (rules !== "http-request" || path === null || wanted === null) return undefined;
  // The method was the first group; the version at the end of the line is no part of the URI.
  const pattern = `${flag}^${(path[1] ?? "").replace(/ HTTP.*$/, "")}`;
  const text = (wanted[1] ?? "").replace(/\\([2-9])/g, (_, digit: string) => `\\${Number(digit) - 1}`);
  return [rules, "replace-uri", quoted(pattern), quoted(text.replace(/ HTTP.*$/, "")), ...condition];
}

/** A word as haproxy.cfg takes it: in single quotes where it has blanks, quotes or signs. */
function quoted(text: string): string {
  if (/^[A-Za-z0-9_.,:;=/@%()[\]|+*?^~<>&-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function become(statement: Statement, raws: readonly string[], notes: Notes): Statement {
  const now = raws.join(" ");
  notes.translated(statement, `${statement.raws.join(" ")} is now ${now}`, {
    why: "haproxy took the old spelling out of the language",
    hint: "nothing is to be done",
  });
  return { ...statement, raws, words: raws.map(plain) };
}

function plain(raw: string): string {
  return raw.replace(/^'(.*)'$/, "$1");
}

function lose(statement: Statement, notes: Notes, why: string, hint: string): void {
  notes.lost(statement, `${statement.raws.join(" ")} has no successor that means the same`, { why, hint });
}
