import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { BinaryRef } from "../render/index.ts";

const inPackage = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

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
