import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Text of templates.ts: the sources in templates/ as a module, so that rendering touches no disk. */
export function templatesModule(): string {
  const folder = new URL("../../templates/", import.meta.url);
  const entries = readdirSync(folder)
    .filter((file) => file.endsWith(".hbs"))
    .sort()
    .map((file) => [file.slice(0, -".hbs".length), readFileSync(new URL(file, folder), "utf8")] as const);
  return [
    "// Generated from templates/ by `node --import tsx src/render/embed-templates.ts`; edit the templates.",
    "// biome-ignore-all lint: generated",
    "// biome-ignore-all format: generated",
    "export const templates = {",
    ...entries.map(([name, text]) => `  ${JSON.stringify(name)}: ${lines(text)},`),
    "} as const;",
    "",
  ].join("\n");
}

function lines(text: string): string {
  const parts = text.split(/(?<=\n)/).map((line) => `    ${JSON.stringify(line)}`);
  return `[\n${parts.join(",\n")},\n  ].join("")`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("templates.ts", import.meta.url), templatesModule());
}
