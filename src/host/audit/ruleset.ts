/** Tables of `nft list ruleset` by `FAMILY NAME`, each with its text. */
export function readTables(ruleset: string): Readonly<Record<string, string>> {
  const tables = ruleset.split(/^(?=table )/m).flatMap((text) => {
    const [, name] = /^table (\S+ \S+) \{/.exec(text) ?? [];
    return name === undefined ? [] : [[name, text.trimEnd()] as const];
  });
  return Object.fromEntries(tables);
}

const ADVERTS =
  /\b(?:ip protocol|meta l4proto|ip6 nexthdr)\s+(?:\{[^}]*\b(?:112|vrrp)\b[^}]*\}|112\b|vrrp\b)/;

/** Rules that keep adverts away and are not of the table that a release brings. */
export function foreignDrops(tables: Readonly<Record<string, string>>, own: string): readonly string[] {
  return Object.entries(tables)
    .filter(([name]) => name !== own)
    .flatMap(([name, text]) =>
      text
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => ADVERTS.test(line) && /\b(?:drop|reject)\b/.test(line))
        .map((line) => `table ${name}: ${line}`),
    );
}
