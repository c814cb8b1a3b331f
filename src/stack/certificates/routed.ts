import type { FrontendData } from "../schema/stack.ts";

/** Samples of haproxy.cfg that are the name which a client asks for; a converter may follow. */
const ASKED =
  /^(?:(?:req\.)?f?hdr\(host\)|ssl_fc_sni|req[._]ssl_sni)(?:,(?:lower|host_only|field\(1,:\)))*$/i;
const HOST = /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/i;

/** Host names for which a frontend chooses a backend, as far as its lines say them word by word. */
export function routedHosts({ directives }: Pick<FrontendData, "directives">): readonly string[] {
  const lines = directives.map(words);
  const named = (acl: string): readonly string[] =>
    lines.flatMap(([keyword, name, ...test]) => (keyword === "acl" && name === acl ? hostsOf(test) : []));
  const hosts = lines.flatMap(([keyword, , ...condition]) => {
    if (keyword !== "use_backend") return [];
    return tests(condition).flatMap((test) =>
      test.length === 1 ? named((test[0] ?? "").replace(/^!/, "")) : hostsOf(test),
    );
  });
  return [...new Set(hosts)];
}

/** The parts of a condition: a name of an acl, or what stands between braces. */
function tests(condition: readonly string[]): readonly (readonly string[])[] {
  const found: string[][] = [];
  let braced: string[] | undefined;
  for (const word of condition) {
    if (word === "{" || word === "!{") braced = [];
    else if (word === "}" && braced !== undefined) {
      found.push(braced);
      braced = undefined;
    } else if (braced !== undefined) braced.push(word);
    else found.push([word]);
  }
  return found;
}

/** Names that a test compares as a whole; none where it looks at a part, an expression or a file. */
function hostsOf([sample = "", ...rest]: readonly string[]): readonly string[] {
  if (!ASKED.test(sample)) return [];
  const method = rest.indexOf("-m");
  if ((method >= 0 && rest[method + 1] !== "str") || rest.includes("-f")) return [];
  return rest.map((word) => word.replace(/:\d+$/, "").toLowerCase()).filter((word) => HOST.test(word));
}

/** Words of a line; quotes hold what they hold, and a comment ends it. */
function words(line: string): readonly string[] {
  const found = line.match(/#.*|(?:"[^"]*"|'[^']*'|\\.|[^\s"'#\\])+/g) ?? [];
  return found.filter((word) => !word.startsWith("#")).map((word) => word.replace(/["']/g, ""));
}
