import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { BinaryRef } from "../render/index.ts";

/** A file of this package: two up, both from src/cli and from where the build puts this module. */
export const inPackage = (path: string): string =>
  resolve(fileURLToPath(new URL("../..", import.meta.url)), path);

/** The executable that this package ships. */
export const binaryFile = inPackage("dist/tandemd");

/** Digest and version of the shipped executable, from its manifest; undefined when it is not built. */
export function shippedBinary(): BinaryRef | undefined {
  const manifest = inPackage("dist/tandemd.json");
  if (!existsSync(binaryFile) || !existsSync(manifest)) return undefined;
  const { sha256, version } = JSON.parse(readFileSync(manifest, "utf8")) as BinaryRef;
  return { sha256, version };
}

/** Stands in rendered files when the executable is not built: no file has this digest. */
export const unbuiltBinary: BinaryRef = { sha256: "0".repeat(64), version: "0.0.0" };
