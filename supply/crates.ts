// The crates that tandemd is made of and tested with, as cargo resolved them.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Part } from "./part.ts";

const daemon = new URL("../daemon", import.meta.url).pathname;
const binary = "tandemd";
const target = "x86_64-unknown-linux-gnu";

const metadata = z.object({
  packages: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      version: z.string(),
      license: z.string().nullable(),
      source: z.string().nullable(),
    }),
  ),
  resolve: z.object({
    nodes: z.array(
      z.object({
        id: z.string(),
        deps: z.array(
          z.object({ pkg: z.string(), dep_kinds: z.array(z.object({ kind: z.string().nullable() })) }),
        ),
      }),
    ),
  }),
});

/** Every crate, ours and others'. Needs cargo, and no network where the sources are there. */
export function crates(): Part[] {
  const args = ["metadata", "--format-version", "1", "--locked", "--filter-platform", target];
  const text = execFileSync("cargo", args, { cwd: daemon, encoding: "utf8", maxBuffer: 64 << 20 });
  const { packages, resolve } = metadata.parse(JSON.parse(text));
  const normal = new Map(
    resolve.nodes.map(({ id, deps }) => [
      id,
      deps.filter(({ dep_kinds }) => dep_kinds.some(({ kind }) => kind === null)).map(({ pkg }) => pkg),
    ]),
  );
  const purls = new Map(packages.map(({ id, name, version }) => [id, `pkg:cargo/${name}@${version}`]));
  const shipped = reached(packages.find(({ name }) => name === binary)?.id ?? "", normal);
  const sums = checksums();
  return packages.map(({ id, name, version, license }) => {
    const sum = sums.get(`${name} ${version}`);
    return {
      name,
      version,
      purl: `pkg:cargo/${name}@${version}`,
      // Older crates write a stroke for "or".
      licence: license?.replaceAll("/", " OR "),
      hash: sum === undefined ? undefined : { alg: "SHA-256", content: sum },
      shipped: shipped.has(id),
      needs: (normal.get(id) ?? []).flatMap((other) => purls.get(other) ?? []),
    };
  });
}

function reached(root: string, edges: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const seen = new Set<string>();
  const open = [root];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...(edges.get(id) ?? []));
  }
  return seen;
}

/** Of Cargo.lock: what cargo compares a download with. */
function checksums(): ReadonlyMap<string, string> {
  const text = readFileSync(join(daemon, "Cargo.lock"), "utf8");
  const blocks = text.matchAll(/name = "(.+)"\nversion = "(.+)"\nsource = ".+"\nchecksum = "(.+)"/g);
  return new Map([...blocks].map(([, name, version, sum = ""]) => [`${name} ${version}`, sum]));
}
