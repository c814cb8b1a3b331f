import { fileURLToPath } from "node:url";
import { evaluateAtOnce } from "./at-once.ts";

/** Whether this process has evaluated a file already, which may have changed since. */
let evaluated = false;

/**
 * What a TypeScript file exports, as it is on disk now. The first file shares what this program has loaded, this
 * package above all: most of the start of a command would go into loading it twice.
 *
 * Throws what the file throws.
 */
export async function evaluateFile(url: string): Promise<Readonly<Record<string, unknown>>> {
  // A program that runs from its sources has nothing that a file could share.
  const fromSources = import.meta.url.endsWith(".ts");
  const found = fromSources ? undefined : evaluateAtOnce(fileURLToPath(url));
  if (found !== undefined) return found;
  const { register, tsImport } = await import("tsx/esm/api");
  if (evaluated || fromSources) return await tsImport(url, import.meta.url);
  evaluated = true;
  const unregister = register();
  try {
    return await import(url);
  } finally {
    await unregister();
  }
}
