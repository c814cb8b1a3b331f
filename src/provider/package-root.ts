import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of package.json: two up, both from src/provider and from where the build puts this module. */
export const packageRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Version of this package: program and plugin must agree on it. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}

/** The tandemd executable that is shipped with this package. */
export const packagedBinary = join(packageRoot, "dist", "tandemd");

/** The folder at or above `start` that has a Pulumi.yaml; `start` itself when none has. */
export function projectRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (["Pulumi.yaml", "Pulumi.yml"].some((name) => existsSync(join(folder, name)))) return folder;
    if (folder === dirname(folder)) return start;
  }
}
