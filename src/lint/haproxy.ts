import { explainCode, type Problem } from "../diagnostics/index.ts";
import type { Syntax } from "../import/index.ts";

type Line = Syntax["haproxy"][number]["lines"][number];

interface Section {
  readonly kind: string;
  readonly name: string;
  readonly lines: readonly Line[];
}

const SECTIONS =
  /^(global|defaults|frontend|backend|listen|resolvers|userlist|peers|cache|mailers|ring|program)$/;

/** Mistakes of haproxy.cfg that its parser takes without a word. */
export function lintHaproxy(file: Syntax["haproxy"][number]): readonly Problem[] {
  const at = (code: string, line: Line, message: string, word = 0): Problem =>
    problem(code, message, file.file, line.line, line.words[word]?.column ?? 1);
  return sectionsOf(file.lines).flatMap((section) => [
    ...statistics(section, at),
    ...section.lines.flatMap((line) => [...words(line, at), ...variables(line, at)]),
  ]);
}

type At = (code: string, line: Line, message: string, word?: number) => Problem;

function sectionsOf(lines: readonly Line[]): readonly Section[] {
  const sections: { kind: string; name: string; lines: Line[] }[] = [];
  for (const line of lines) {
    const [keyword = "", name = ""] = line.words.map(({ text }) => text);
    if (SECTIONS.test(keyword)) sections.push({ kind: keyword, name, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections;
}

const texts = (line: Line): readonly string[] => line.words.map(({ text }) => text);

/** A page without a password and without a rule that turns strangers away. */
function statistics({ kind, name, lines }: Section, at: At): readonly Problem[] {
  const stats = (word: string) =>
    lines.filter((line) => texts(line)[0] === "stats" && texts(line)[1] === word);
  const [first] = [...stats("enable"), ...stats("uri")];
  if (first === undefined || kind === "defaults") return [];
  const guarded = lines.some((line) => {
    const [head = "", second = "", third = ""] = texts(line);
    if (head === "stats") return second === "auth" || (second === "http-request" && third !== "allow");
    return head === "http-request" && (second === "auth" || second === "deny");
  });
  const weak = stats("auth")
    .filter((line) => WEAK.test(texts(line)[2] ?? ""))
    .map((line) =>
      at("LINT_STATS_PASSWORD", line, `the password of the statistics page of ${name} is a sample`, 1),
    );
  if (guarded) return weak;
  const [admin] = stats("admin");
  const what = admin === undefined ? "shows all servers to" : "takes orders from";
  return [at("LINT_STATS_OPEN", admin ?? first, `the statistics page of ${name} ${what} everybody`)];
}

const WEAK = /^[^:]*:(admin|password|passwd|pass|secret|haproxy|stats|test|changeme|root|1234\d*)$/i;

function words(line: Line, at: At): readonly Problem[] {
  const all = texts(line);
  const [keyword = "", second = ""] = all;
  const has = (word: string) => all.indexOf(word);
  if (keyword === "bind" && has("alpn") > 0 && has("ssl") < 0)
    return [at("LINT_ALPN_CLEAR", line, `alpn does nothing on ${second} without ssl`, has("alpn"))];
  const verify = has("verify");
  if (
    ["server", "default-server", "server-template"].includes(keyword) &&
    all[verify + 1] === "none" &&
    verify > 0
  )
    return [at("LINT_SERVER_UNVERIFIED", line, `${keyword} ${second} believes whoever answers`, verify)];
  if (keyword === "stats" && second === "socket") {
    const mode = all[has("mode") + 1] ?? "";
    const level = has("level") < 0 ? "operator" : all[has("level") + 1];
    if (has("mode") > 0 && /[2367]$/.test(mode) && level !== "user")
      return [
        at(
          "LINT_SOCKET_OPEN",
          line,
          `mode ${mode} lets every user write to ${all[2] ?? "the socket"}`,
          has("mode"),
        ),
      ];
  }
  return [];
}

/** `$NAME` outside double quotes; addresses of binds, servers and logs are replaced anyway. */
function variables(line: Line, at: At): readonly Problem[] {
  const keyword = line.words[0]?.text ?? "";
  const addressed = { bind: 1, server: 2, log: 1, nameserver: 2, peer: 2, "server-template": 3 }[keyword];
  return line.words.flatMap(({ raw }, index) => {
    const [name] = /(?<![\\$])\$(?:\{[A-Z_][A-Z0-9_]*\}|[A-Z_][A-Z0-9_]*)/.exec(outsideQuotes(raw)) ?? [];
    if (name === undefined || index === addressed) return [];
    return [at("LINT_VARIABLE_BARE", line, `${name} is not replaced here`, index)];
  });
}

const outsideQuotes = (raw: string): string => raw.replace(/"(?:\\.|[^"\\])*"|'[^']*'/g, "");

/** With the explanation that the catalogue has. */
export function problem(code: string, message: string, file: string, line: number, column: number): Problem {
  const entry = explainCode(code);
  return {
    code,
    severity: "warning",
    message,
    where: { kind: "file", file, line, column },
    ...(entry === undefined ? {} : { why: entry.meaning, hint: entry.fix }),
  };
}
