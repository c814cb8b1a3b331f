import type { Statement } from "../statement.ts";

const PLAIN = ["roundrobin", "static-rr", "leastconn", "first", "random", "source"];
const TOKEN = /^[A-Za-z0-9_.-]{1,64}$/;

/** What a `balance` line says in the words of the definition; undefined when it says more. */
export function balanceOf(
  { words }: Statement,
  mode: string,
): { readonly how: string; readonly on?: string } | undefined {
  const [, how = "", on = ""] = words;
  if (words.length === 2 && PLAIN.includes(how)) return { how };
  if (mode !== "http") return undefined;
  if (words.length === 2 && how === "uri") return { how };
  if (words.length === 3 && how === "url_param" && TOKEN.test(on)) return { how, on };
  const [, header = ""] = /^hdr\(([^)]*)\)$/.exec(how) ?? [];
  return words.length === 2 && TOKEN.test(header) ? { how: "hdr", on: header } : undefined;
}

const FLAGS = { indirect: "indirect", nocache: "nocache", httponly: "httpOnly", secure: "secure" } as const;
/** As the definition has them when nothing is said. */
const USUAL: Readonly<Record<string, boolean>> = { indirect: true, nocache: true };

/**
 * The cookie of a section that the proxy inserts, when all of its servers have a value for it: one without would get
 * its name in the definition.
 */
export function cookieOf(
  lines: readonly Statement[],
  inherited: readonly Statement[],
): { readonly line: Statement; readonly fields: object } | undefined {
  const isCookie = ({ words }: Statement) => words[0] === "cookie" || words[0] === "dynamic-cookie-key";
  const [line, ...others] = lines.filter(isCookie);
  if (line === undefined || others.length > 0 || inherited.some(isCookie)) return undefined;
  const [, name = "", ...flags] = line.words;
  if (line.words[0] !== "cookie" || !TOKEN.test(name) || !flags.includes("insert")) return undefined;
  const known = flags.filter((word): word is keyof typeof FLAGS => word in FLAGS);
  if (known.length + 1 !== flags.length) return undefined;
  const servers = lines.filter(({ words }) => words[0] === "server");
  if (!servers.every(({ words }) => words.indexOf("cookie") > 2)) return undefined;
  const said = Object.entries(FLAGS).flatMap(([word, key]) => {
    const wanted = flags.includes(word);
    return wanted === (USUAL[key] ?? false) ? [] : [[key, wanted] as const];
  });
  return { line, fields: { name, ...Object.fromEntries(said) } };
}

/** The value of a server's cookie, when a definition can say it. */
export const cookieValue = (value: string | undefined): string | undefined =>
  value !== undefined && TOKEN.test(value) ? value : undefined;
