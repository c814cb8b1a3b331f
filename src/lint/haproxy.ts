import type { Problem } from "../diagnostics/index.ts";
import type { Syntax } from "../import/index.ts";
import { problem } from "./problem.ts";
import { protocols } from "./protocols.ts";
import { type At, type Line, type Section, sectionsOf, texts } from "./section.ts";

/** Mistakes of haproxy.cfg that its parser takes without a word. */
export function lintHaproxy(file: Syntax["haproxy"][number]): readonly Problem[] {
  const at = (code: string, line: Line, message: string, word = 0): Problem =>
    problem(code, message, file.file, line.line, line.words[word]?.column ?? 1);
  const sections = sectionsOf(file.lines);
  return sections.flatMap((section) => [
    ...statistics(section, at),
    ...order(section, at),
    ...protocols(section, sections, at),
    ...section.lines.flatMap((line) => [...words(line, at), ...variables(line, at)]),
  ]);
}

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

/** Rules of a section in the order that they act, whatever their order in the file. */
const PHASES: readonly ((words: readonly string[]) => boolean)[] = [
  ([first, second]) => first === "tcp-request" && second === "connection",
  ([first, second]) => first === "tcp-request" && second === "session",
  ([first, second]) => first === "tcp-request" && second === "content",
  ([first]) => first === "http-request",
  ([first]) => first === "redirect",
  ([first]) => first === "use_backend",
];

/** The first rule of each phase that stands below one which acts later. */
function order({ lines }: Section, at: At): readonly Problem[] {
  const rules = lines.flatMap((line) => {
    const phase = PHASES.findIndex((fits) => fits(texts(line)));
    return phase < 0 ? [] : [{ line, phase }];
  });
  const named = ({ line, phase }: (typeof rules)[number]) =>
    phase < 3 ? texts(line).slice(0, 2).join(" ") : (texts(line)[0] ?? "");
  const told = new Set<number>();
  return rules.flatMap((rule, index) => {
    const later = rules.slice(0, index).find(({ phase }) => phase > rule.phase);
    if (later === undefined || told.has(rule.phase)) return [];
    told.add(rule.phase);
    return [
      at(
        "LINT_RULE_ORDER",
        rule.line,
        `this ${named(rule)} acts before the ${named(later)} of line ${later.line.line}`,
      ),
    ];
  });
}

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
