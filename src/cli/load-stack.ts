import { existsSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { ExitCode, TandemError } from "../diagnostics/index.ts";

/** The file named on the command line, or `stacks/<name>.ts` for a bare name. */
export function stackFile(nameOrFile: string, cwd: string): string {
  const candidates = [nameOrFile, `${nameOrFile}.ts`, `stacks/${nameOrFile}.ts`, `stacks/${nameOrFile}`];
  const found = candidates.map((c) => resolve(cwd, c)).find((c) => existsSync(c) && c.endsWith(".ts"));
  if (found !== undefined) return found;
  throw new TandemError(
    [
      {
        code: "CLI_STACK_NOT_FOUND",
        severity: "error",
        message: `no stack ${JSON.stringify(nameOrFile)}: looked for ${candidates.join(", ")}`,
        hint: "name a file that exports `stack`, or its name under stacks/",
      },
    ],
    { exitCode: ExitCode.usage },
  );
}

/**
 * Loads the named export `stack` of a TypeScript file, unparsed.
 *
 * The file runs as written: definitions are plain data, so it has nothing to do but evaluate.
 */
export function loadStack(nameOrFile: string, cwd: string): Promise<{ file: string; input: unknown }> {
  return loadExport(nameOrFile, cwd, "stack", "defineStack({ … })");
}

/** Loads a named export of a TypeScript file; `call` is what a user would write for it. */
export async function loadExport(
  nameOrFile: string,
  cwd: string,
  name: string,
  call: string,
): Promise<{ file: string; input: unknown }> {
  const file = stackFile(nameOrFile, cwd);
  const { tsImport } = await import("tsx/esm/api");
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await tsImport(pathToFileURL(file).href, import.meta.url)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    if (cause instanceof TandemError) throw cause;
    throw invalid(
      file,
      "CLI_STACK_LOAD_FAILED",
      describe(cause),
      "run the file through the TypeScript compiler",
      cause,
    );
  }
  const input = module[name];
  if (input === undefined) {
    throw invalid(
      file,
      "CLI_STACK_NO_EXPORT",
      `${basename(file)} does not export \`${name}\``,
      `write \`export const ${name} = ${call}\``,
    );
  }
  return { file, input };
}

function describe(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function invalid(file: string, code: string, message: string, hint: string, cause?: unknown): TandemError {
  return new TandemError([{ code, severity: "error", message, hint, where: { kind: "file", file } }], {
    exitCode: ExitCode.invalidStack,
    cause,
  });
}
