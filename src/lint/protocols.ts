import type { Problem } from "../diagnostics/index.ts";
import { type At, defaultsOf, type Section, texts } from "./section.ts";

/** Ports of protocols that a proxy in mode http takes for broken HTTP. */
const NOT_HTTP: Readonly<Record<string, string>> = {
  25: "SMTP",
  110: "POP3",
  143: "IMAP",
  389: "LDAP",
  587: "SMTP",
  636: "LDAP",
  993: "IMAP",
  995: "POP3",
  1433: "SQL Server",
  1521: "Oracle",
  3306: "MySQL",
  5432: "PostgreSQL",
  5672: "AMQP",
  6379: "Redis",
  11211: "memcached",
  27017: "MongoDB",
};

/** Servers that speak something else in a section of mode http, mostly because the defaults say so. */
export function protocols(section: Section, sections: readonly Section[], at: At): readonly Problem[] {
  if (!["backend", "listen"].includes(section.kind)) return [];
  const own = modeOf(section);
  if ((own ?? modeOf(defaultsOf(section, sections))) !== "http") return [];
  const found = section.lines.flatMap((line) => {
    const [keyword, , address = ""] = texts(line);
    const what = NOT_HTTP[/:(\d+)$/.exec(address)?.[1] ?? ""];
    return keyword === "server" && what !== undefined ? [{ line, what }] : [];
  });
  const said = own === undefined ? "has mode http from the defaults" : "has mode http";
  return found
    .slice(0, 1)
    .map(({ line, what }) =>
      at("LINT_MODE_NOT_HTTP", line, `${section.name} ${said}, and this port is that of ${what}`, 2),
    );
}

function modeOf(section: Section | undefined): string | undefined {
  const line = section?.lines.findLast((candidate) => texts(candidate)[0] === "mode");
  return line === undefined ? undefined : texts(line)[1];
}
