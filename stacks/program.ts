import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Everything under src/provider/program.ts, compiled or not. */
export type Program = typeof import("../src/provider/program.ts");

/**
 * Loads the program from dist/ when that is newer than every source, which halves the time of a
 * preview; else from the sources, so that a change is never missed.
 */
export async function loadProgram(): Promise<Program> {
  const compiled = new URL("../dist/provider/program.js", import.meta.url);
  const current = existsSync(compiled) && statSync(compiled).mtimeMs > newestSource();
  return (await import(current ? compiled.href : "../src/provider/program.ts")) as Program;
}

function newestSource(): number {
  const root = fileURLToPath(new URL("../src", import.meta.url));
  const names = readdirSync(root, { recursive: true, encoding: "utf8" });
  const times = names
    .filter((name) => name.endsWith(".ts"))
    .map((name) => statSync(join(root, name)).mtimeMs);
  return Math.max(...times);
}
