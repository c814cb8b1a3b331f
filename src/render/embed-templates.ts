import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import Handlebars from "handlebars";

const folder = new URL("../../templates/", import.meta.url);

const HEAD = [
  "// Generated from templates/ by `node --import tsx src/render/embed-templates.ts`; edit the templates.",
  "// biome-ignore-all lint: generated",
  "// biome-ignore-all format: generated",
];

function sources(): readonly (readonly [name: string, text: string])[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".hbs"))
    .sort()
    .map((file) => [file.slice(0, -".hbs".length), readFileSync(new URL(file, folder), "utf8")]);
}

/** Text of templates.ts: the sources in templates/ as a module, so that rendering touches no disk. */
export function templatesModule(): string {
  return [
    ...HEAD,
    "export const templates = {",
    ...sources().map(([name, text]) => `  ${JSON.stringify(name)}: ${lines(text)},`),
    "} as const;",
    "",
    "/** The program of the engine `distro`: what stands in templates/distro, in the order of the names. */",
    `export const distroProgram = ${lines(distroProgram())};`,
    "",
  ].join("\n");
}

/** Text of compiled.ts: the same as functions, since compiling them takes as long as a whole check of a host. */
export function compiledModule(): string {
  const known = { each: true, if: true };
  const options = { strict: true, noEscape: true, knownHelpers: known, knownHelpersOnly: true };
  const compiled = sources().map(
    ([name, text]) => `  ${JSON.stringify(name)}: ${Handlebars.precompile(text, options)},`,
  );
  return [...HEAD, "// @ts-nocheck", "export const compiled = {", ...compiled, "};", ""].join("\n");
}

function distroProgram(): string {
  const parts = new URL("distro/", folder);
  const files = readdirSync(parts).sort();
  return files.map((file) => readFileSync(new URL(file, parts), "utf8")).join("\n");
}

function lines(text: string): string {
  const parts = text.split(/(?<=\n)/).map((line) => `    ${JSON.stringify(line)}`);
  return `[\n${parts.join(",\n")},\n  ].join("")`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL("templates.ts", import.meta.url), templatesModule());
  writeFileSync(new URL("compiled.ts", import.meta.url), compiledModule());
}
