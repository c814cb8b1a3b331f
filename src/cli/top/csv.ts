/** A line of `show stat`: what stands in each column, by its name; empty ones are absent. */
export type StatLine = Readonly<Record<string, string>>;

/** The lines of HAProxy's CSV; the first line names the columns. */
export function parseStat(text: string): readonly StatLine[] {
  const [head = "", ...lines] = text.split("\n").filter((line) => line.trim() !== "");
  if (!head.startsWith("# ")) return [];
  const names = cells(head.slice(2));
  return lines.map((line) => {
    const values = cells(line);
    return Object.fromEntries(
      names.flatMap((name, at) => {
        const value = values[at] ?? "";
        return name === "" || value === "" ? [] : [[name, value]];
      }),
    );
  });
}

/** A cell with a comma or a quote in it is quoted, its quotes doubled. */
function cells(line: string): readonly string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare ?? "",
  );
}
