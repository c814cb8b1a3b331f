import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import type { CliContext } from "../context.ts";
import type { InitFlags } from "../offline-commands.ts";
import { projectFiles } from "./init-files.ts";

/** Writes a new project into an empty or missing folder. */
export function initAction(this: CliContext, flags: InitFlags, folder: string): void {
  const target = resolve(this.cwd, folder);
  const name = flags.name ?? basename(target);
  const problems = [...refuseName(name), ...refuseFolder(target)];
  if (problems.length > 0) throw new TandemError(problems, { exitCode: ExitCode.usage });
  const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  for (const [path, text] of Object.entries(projectFiles(name, version))) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), text, { flag: "wx" });
    this.printer.line(`wrote ${join(folder, path)}`);
  }
  this.printer.line();
  this.printer.line(`next: cd ${folder} && npm install && npx tandem check dev`);
}

function refuseName(name: string) {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name)) return [];
  return [
    {
      code: "CLI_INIT_NAME",
      severity: "error" as const,
      message: `${JSON.stringify(name)} is not a project name`,
      why: "it becomes the name of an npm package and of a Pulumi project",
      hint: "use lower-case letters, digits and -, e.g. --name edge-prod",
    },
  ];
}

function refuseFolder(target: string) {
  let entries: string[];
  try {
    entries = readdirSync(target);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
  if (entries.length === 0) return [];
  return [
    {
      code: "CLI_INIT_NOT_EMPTY",
      severity: "error" as const,
      message: `${target} is not empty (${entries.slice(0, 3).join(", ")}${entries.length > 3 ? ", …" : ""})`,
      why: "existing files would be mixed with new ones",
      hint: "name a new folder",
    },
  ];
}
