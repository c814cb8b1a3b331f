import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import * as z from "zod";
import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import type { BinaryRef } from "../../render/release.ts";
import { packagedBinary } from "../package-root.ts";

const description = z.object({ version: z.string() });

/** Digest and version of the executable that will be shipped. `path` is relative to `root`. */
export function binaryRef(root: string, path: string | undefined): BinaryRef {
  const file = path === undefined ? packagedBinary : resolve(root, path);
  let content: Buffer;
  try {
    content = readFileSync(file);
  } catch (cause) {
    throw missing(file, "read the tandemd executable", cause);
  }
  return { sha256: createHash("sha256").update(content).digest("hex"), version: version(file) };
}

/** The build writes the version beside the executable; else the executable is asked. */
function version(file: string): string {
  try {
    return description.parse(JSON.parse(readFileSync(`${file}.json`, "utf8"))).version;
  } catch {
    return askedVersion(file);
  }
}

function askedVersion(file: string): string {
  try {
    const text = execFileSync(file, ["--version", "--json"], {
      encoding: "utf8",
      timeout: 10_000,
      stdio: ["ignore", "pipe", "ignore"],
    });
    return description.parse(JSON.parse(text)).version;
  } catch (cause) {
    throw missing(file, "ask the tandemd executable for its version", cause);
  }
}

function missing(file: string, what: string, cause: unknown): TandemError {
  const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  return new TandemError(
    [
      {
        code: "PROVIDER_BINARY_MISSING",
        severity: "error",
        message: `cannot ${what}: ${reason}`,
        where: { kind: "file", file },
        why: "it is what runs on the hosts, and its digest is part of every release",
        hint: "build it with `npm run build:daemon`, or name another one with `pulumi config set tandem:binary PATH`",
      },
    ],
    { exitCode: ExitCode.failed, cause },
  );
}
