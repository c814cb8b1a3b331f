import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { TandemError } from "../../diagnostics/index.ts";
import { fileDigest } from "../../host/file-digest.ts";
import { ownProgram } from "../../render/index.ts";
import type { BinaryRef } from "../../render/release.ts";
import { packagedBinary } from "../package-root.ts";

/** Where a rollout keeps the executables of verified releases, to be able to go back to them. */
export function keptBinary({ sha256 }: Pick<BinaryRef, "sha256">, project = "."): string {
  return resolve(project, ".tandem/binaries", `tandemd-${sha256}`);
}

/** The executable on this machine, after making sure that it is the one that was previewed. */
export async function shippedBinary(path: string | undefined, wanted: BinaryRef): Promise<string> {
  const file = resolve(path ?? packagedBinary);
  if (ownProgram(wanted) !== undefined) return file;
  let found: string;
  try {
    found = await fileDigest(file);
  } catch (cause) {
    throw binaryError(
      "PROVIDER_BINARY_MISSING",
      file,
      `cannot read the tandemd executable: ${text(cause)}`,
      cause,
    );
  }
  if (found === wanted.sha256) return file;
  const kept = keptBinary(wanted);
  if (existsSync(kept) && (await fileDigest(kept)) === wanted.sha256) return kept;
  const message = `the executable has SHA-256 ${found}, but the plan says ${wanted.sha256} (version ${wanted.version})`;
  throw binaryError("PROVIDER_BINARY_CHANGED", file, message);
}

function binaryError(code: string, file: string, message: string, cause?: unknown): TandemError {
  return new TandemError(
    [
      {
        code,
        severity: "error",
        message,
        where: { kind: "file", file },
        why: "only the digest travels through the plan: what is shipped must be what was shown",
        hint: "build it with `npm run build:daemon` and preview again, or point tandem:binary at the right file",
      },
    ],
    { cause },
  );
}

function text(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
