import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import type languagePb from "@pulumi/pulumi/proto/language_pb.js";
import type { PlainObject } from "../wire/values.ts";

/** Starts the SDK's runner on the program, as the engine asked. Its output is the user's. */
export function startProgram(
  request: languagePb.RunRequest,
  engine: string,
  options: PlainObject,
): ChildProcess {
  const info = request.getInfo();
  const folder = info?.getProgramDirectory() || request.getPwd();
  // The runner of the program's own SDK, which need not be ours.
  const runner = createRequire(join(folder, "program.js")).resolve("@pulumi/pulumi/cmd/run");
  const flags = [
    ["--monitor", request.getMonitorAddress()],
    ["--engine", engine],
    ["--organization", request.getOrganization()],
    ["--project", request.getProject()],
    ["--root-directory", info?.getRootDirectory() ?? ""],
    ["--stack", request.getStack()],
    ["--pwd", folder],
    ["--parallel", String(request.getParallel() || 1)],
  ].filter(([, value]) => value !== "");
  const argv = [
    ...nodeArguments(options),
    runner,
    ...flags.flat(),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ].filter((part): part is string => part !== undefined);
  return spawn(process.execPath, argv, {
    cwd: folder,
    env: { ...process.env, ...programEnvironment(request, options) },
    stdio: ["ignore", "inherit", "inherit"],
  });
}

/** `options.nodeargs` of Pulumi.yaml, split at blanks. */
function nodeArguments(options: PlainObject): string[] {
  const text = options.nodeargs;
  return typeof text === "string" ? text.split(/\s+/).filter((part) => part !== "") : [];
}

function programEnvironment(request: languagePb.RunRequest, options: PlainObject): Record<string, string> {
  const config: Record<string, string> = {};
  request.getConfigMap().forEach((value, key) => {
    config[configKey(key)] = value;
  });
  const environment: Record<string, string> = {
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList().map(configKey)),
  };
  if (options.typescript !== false) environment.PULUMI_NODEJS_TYPESCRIPT = "true";
  if (typeof options.tsconfig === "string") environment.PULUMI_NODEJS_TSCONFIG_PATH = options.tsconfig;
  return environment;
}

/** The SDK wants `namespace:config:name` where the engine says `namespace:name`. */
function configKey(key: string): string {
  return key.replace(/^([^:]+):(?!config:)/, "$1:config:");
}

/** `npm ci`: exactly what is locked; npm itself says what it does. */
export function startInstall(folder: string): ChildProcess {
  return spawn("npm", ["ci"], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}
