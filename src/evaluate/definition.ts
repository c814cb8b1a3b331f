import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { ExitCode, type Problem, TandemError } from "../diagnostics/index.ts";
import { evaluateFile } from "./evaluate.ts";
import { loadProblems } from "./failure.ts";
import { definitionFile } from "./find.ts";

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
  name: "stack" | "rollout",
  call: string,
): Promise<{ file: string; input: unknown }> {
  const file = definitionFile(nameOrFile, cwd, name);
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await evaluateFile(pathToFileURL(file).href);
  } catch (cause) {
    if (cause instanceof TandemError) throw cause;
    throw new TandemError(loadProblems(file, cause), { exitCode: ExitCode.invalidStack, cause });
  }
  const input = module[name];
  const problem = input === undefined ? notExported(file, module, name, call) : notData(file, name, input);
  if (problem !== undefined) throw new TandemError([problem], { exitCode: ExitCode.invalidStack });
  return { file, input };
}

function notExported(
  file: string,
  module: Readonly<Record<string, unknown>>,
  name: string,
  call: string,
): Problem {
  // Loaders add some of their own.
  const others = Object.keys(module).filter((key) => !["__esModule", "module.exports"].includes(key));
  const instead = others.length === 0 ? "it exports nothing" : `it exports ${others.join(", ")}`;
  const message = `${basename(file)} does not export \`${name}\`; ${instead}`;
  return noExport(file, message, `write \`export const ${name} = ${call}\``);
}

/** What is no definition whatever it holds, and would be told as one with everything missing. */
function notData(file: string, name: string, input: unknown): Problem | undefined {
  if (typeof input === "function") {
    const message = `\`${name}\` is a function, not the definition that it returns`;
    return noExport(file, message, `call it: \`export const ${name} = build(…)\``);
  }
  if (typeof (input as { then?: unknown } | null)?.then !== "function") return undefined;
  const message = `\`${name}\` is a promise, not the definition that it will hold`;
  return noExport(
    file,
    message,
    `await it: \`export const ${name} = await …\` in a package with "type": "module", or export the value itself`,
  );
}

const noExport = (file: string, message: string, hint: string): Problem => ({
  code: "CLI_STACK_NO_EXPORT",
  severity: "error",
  message,
  hint,
  where: { kind: "file", file },
});
