import { readdirSync, statSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { ExitCode, TandemError } from "../diagnostics/index.ts";

/** The TypeScript file named on the command line, or `stacks/<name>.ts` for a bare name. */
export function definitionFile(nameOrFile: string, cwd: string, kind: "stack" | "rollout"): string {
  const named = nameOrFile.endsWith(".ts") ? nameOrFile : `${nameOrFile}.ts`;
  const candidates = isAbsolute(nameOrFile) ? [named] : [named, `stacks/${named}`];
  const found = candidates.map((candidate) => resolve(cwd, candidate)).find(isFile);
  if (found !== undefined) return found;
  const [message, hint] = notFound(nameOrFile, cwd, kind, candidates);
  const why = `what is worked on is what a file exports as \`${kind}\``;
  throw new TandemError([{ code: "CLI_STACK_NOT_FOUND", severity: "error", message, why, hint }], {
    exitCode: ExitCode.usage,
  });
}

function notFound(
  nameOrFile: string,
  cwd: string,
  kind: string,
  candidates: readonly string[],
): readonly [message: string, hint: string] {
  const hint = `name a .ts file that exports \`${kind}\`${kind === "stack" ? `, or its name under stacks/${known(cwd)}` : ""}`;
  const there = nameOrFile === "" ? undefined : statSync(resolve(cwd, nameOrFile), { throwIfNoEntry: false });
  if (there?.isDirectory()) return [`${nameOrFile} is a folder, not a ${kind}`, hint];
  if (there !== undefined) return [`${nameOrFile} is no TypeScript file, so it can be no ${kind}`, hint];
  return [`no ${kind} ${JSON.stringify(nameOrFile)}: looked for ${candidates.join(", ")}`, hint];
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** The files of a folder that hold stacks, in order. Throws when there is no such folder. */
export function stackFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".ts") && !["index.ts", "program.ts", "rollout.ts"].includes(name))
    .sort();
}

/** The stacks that there are, as a reader looks for them. */
function known(cwd: string): string {
  try {
    const names = stackFiles(resolve(cwd, "stacks")).map((name) => name.slice(0, -3));
    return names.length === 0 ? "" : `; here: ${names.join(", ")}`;
  } catch {
    // There is no such folder.
    return "";
  }
}
