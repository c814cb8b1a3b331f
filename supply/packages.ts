// The npm packages of the provisioner and of its tests, as package-lock.json pins them.
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Part } from "./part.ts";

const entry = z.object({
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  dev: z.boolean().optional(),
  dependencies: z.record(z.string(), z.string()).optional(),
  optionalDependencies: z.record(z.string(), z.string()).optional(),
});
const lock = z.object({ packages: z.record(z.string(), entry) });

type Entries = Readonly<Record<string, z.infer<typeof entry>>>;

/** Every package, once for each version. */
export function packages(): Part[] {
  const text = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
  const { packages: entries } = lock.parse(JSON.parse(text));
  const parts = new Map<string, Part>();
  for (const [path, found] of Object.entries(entries)) {
    if (path === "") continue;
    const part = toPart(path, found, entries);
    const known = parts.get(part.purl);
    parts.set(part.purl, { ...part, shipped: part.shipped || (known?.shipped ?? false) });
  }
  return [...parts.values()];
}

/** What the provisioner itself asks for. */
export function wanted(): string[] {
  const text = readFileSync(new URL("../package-lock.json", import.meta.url), "utf8");
  const { packages: entries } = lock.parse(JSON.parse(text));
  return Object.keys(entries[""]?.dependencies ?? {}).flatMap((name) => {
    const found = entries[`node_modules/${name}`];
    return found === undefined ? [] : [purl(name, found.version ?? "")];
  });
}

function toPart(path: string, found: z.infer<typeof entry>, entries: Entries): Part {
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  const version = found.version ?? "";
  const needs = Object.keys({ ...found.dependencies, ...found.optionalDependencies });
  return {
    name,
    version,
    purl: purl(name, version),
    licence: found.license,
    hash: hash(found.integrity),
    shipped: found.dev !== true,
    needs: needs.flatMap((need) => resolved(path, need, entries) ?? []),
  };
}

/** As node finds it: beside the package that needs it, or further up. */
function resolved(path: string, need: string, entries: Entries): string | undefined {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const found = entries[folder === "" ? `node_modules/${need}` : `${folder}/node_modules/${need}`];
    if (found !== undefined) return purl(need, found.version ?? "");
    if (folder === "") return undefined;
  }
}

function purl(name: string, version: string): string {
  return `pkg:npm/${name.replace("@", "%40")}@${version}`;
}

function hash(integrity: string | undefined): Part["hash"] {
  const base64 = integrity?.match(/^sha512-(.+)$/)?.[1];
  if (base64 === undefined) return undefined;
  return { alg: "SHA-512", content: Buffer.from(base64, "base64").toString("hex") };
}
