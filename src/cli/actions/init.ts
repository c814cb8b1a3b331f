import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import { inPackage } from "../binary.ts";
import type { CliContext } from "../context.ts";
import type { InitFlags } from "../offline-commands.ts";
import { systemReason, writeOut } from "../write-file.ts";
import { projectFiles } from "./init-files.ts";

/** Writes a new project into an empty or missing folder. */
export function initAction(this: CliContext, flags: InitFlags, folder: string): void {
  const target = resolve(this.cwd, folder);
  const name = flags.name ?? basename(target);
  const problems = [...refuseName(name), ...refuseFolder(target)];
  if (problems.length > 0) throw new TandemError(problems, { exitCode: ExitCode.usage });
  const own = inPackage(".");
  const { version } = JSON.parse(readFileSync(join(own, "package.json"), "utf8")) as { version: string };
  for (const [path, text] of Object.entries(projectFiles(name, version))) {
    writeOut(join(target, path), text, { flag: "wx" });
    this.printer.line(`wrote ${join(folder, path)}`);
  }
  this.printer.line();
  this.printer.line(
    `next: ${packed(own)}cd ${folder} && npm install${source(own, version)} && npx tandem check dev`,
  );
}

/** A checkout is no package yet: it is packed first, and installed from that file. */
const isCheckout = (own: string): boolean => basename(dirname(own)) !== "node_modules";

const packed = (own: string): string =>
  isCheckout(own) ? `npm pack ${own} --pack-destination ${dirname(own)} && ` : "";

const source = (own: string, version: string): string =>
  isCheckout(own) ? ` ${join(dirname(own), `tandem-lb-${version}.tgz`)}` : "";

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
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return [];
    return [unfit(`${target} is no folder for a project: ${systemReason(code) ?? message}`)];
  }
  if (entries.length === 0) return [];
  const some = `${entries.slice(0, 3).join(", ")}${entries.length > 3 ? ", …" : ""}`;
  return [unfit(`${target} is not empty (${some})`)];
}

function unfit(message: string) {
  return {
    code: "CLI_INIT_NOT_EMPTY",
    severity: "error" as const,
    message,
    why: "existing files would be mixed with new ones",
    hint: "name a new folder",
  };
}
