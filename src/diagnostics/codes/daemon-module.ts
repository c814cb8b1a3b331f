/** Text of daemon.ts, from docs/config-codes.md, which tandemd's own code writes. */
export function daemonModule(markdown: string): string {
  const rows = [...markdown.matchAll(/^\| `([a-z]+\/[a-z0-9-]+)` \| (.*) \|$/gm)];
  return [
    "// Generated from docs/config-codes.md by generate.ts.",
    "",
    "/** Codes that tandemd gives to findings in configuration files, and what they mean. */",
    "export const daemonCodes: Readonly<Record<string, string>> = {",
    ...rows.map(([, code = "", meaning = ""]) => entry(quoted(code), quoted(meaning))),
    "};",
    "",
  ].join("\n");
}

/** As the formatter writes it: what does not fit on the line goes on the next one. */
function entry(key: string, value: string): string {
  const line = `  ${key}: ${value},`;
  return line.length <= 110 ? line : `  ${key}:\n    ${value},`;
}

function quoted(text: string): string {
  const inDouble = JSON.stringify(text);
  if (!text.includes('"') || text.includes("'")) return inDouble;
  return `'${inDouble.slice(1, -1).replaceAll('\\"', '"')}'`;
}
