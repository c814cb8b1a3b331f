import { createHash } from "node:crypto";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { TandemError } from "../../diagnostics/index.ts";
import { inPackage } from "../binary.ts";
import type { CliContext } from "../context.ts";
import { findPulumi, runPulumi } from "../pulumi.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly subject: string;
  readonly state: "ok" | "warning" | "error";
  readonly message: string;
  readonly fix?: string;
}

const LEAST_NODE = [20, 19] as const;
const LEAST_PULUMI = [3, 150] as const;

/** What this machine has of what Tandem needs. */
export async function checkMachine(context: CliContext): Promise<readonly Finding[]> {
  return [checkNode(), await checkPulumi(context), checkPlugin(), checkBinary(), checkAgent(context)];
}

function atLeast(version: string, least: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > least[0] || (major === least[0] && minor >= least[1]);
}

function checkNode(): Finding {
  if (atLeast(process.version, LEAST_NODE)) return { subject: "node", state: "ok", message: process.version };
  return {
    subject: "node",
    state: "error",
    message: `${process.version} is older than v${LEAST_NODE.join(".")}`,
    fix: "install Node 20.19 or later",
  };
}

async function checkPulumi(context: CliContext): Promise<Finding> {
  try {
    const path = findPulumi(context.env);
    const { stdout } = await runPulumi(["version"], { cwd: context.cwd, env: context.env, inherit: false });
    const version = stdout.trim();
    if (atLeast(version, LEAST_PULUMI))
      return { subject: "pulumi", state: "ok", message: `${version} (${path})` };
    return {
      subject: "pulumi",
      state: "error",
      message: `${version || "no version"} is older than v${LEAST_PULUMI.join(".")}`,
      fix: "install a newer Pulumi",
    };
  } catch (cause) {
    if (!(cause instanceof TandemError)) throw cause;
    const [problem] = cause.problems;
    return {
      subject: "pulumi",
      state: "error",
      message: problem?.message ?? cause.message,
      ...(problem?.hint === undefined ? {} : { fix: problem.hint }),
    };
  }
}

function checkPlugin(): Finding {
  const path = inPackage("src/provider/plugin/pulumi-resource-tandem");
  try {
    accessSync(path, constants.X_OK);
    return { subject: "provider plugin", state: "ok", message: path };
  } catch {
    return {
      subject: "provider plugin",
      state: "error",
      message: `${path} is missing or not executable`,
      fix: "reinstall the package (npm install tandem-lb); archives must keep permissions",
    };
  }
}

function checkBinary(): Finding {
  const path = inPackage("dist/tandemd");
  const manifest = inPackage("dist/tandemd.json");
  if (!existsSync(path) || !existsSync(manifest)) {
    return {
      subject: "tandemd",
      state: "error",
      message: `${path} is not there`,
      fix: "npm run build:daemon",
    };
  }
  const { sha256, version } = JSON.parse(readFileSync(manifest, "utf8")) as {
    sha256: string;
    version: string;
  };
  const actual = createHash("sha256").update(readFileSync(path)).digest("hex");
  if (actual === sha256) return { subject: "tandemd", state: "ok", message: `${version}, sha256 ${sha256}` };
  return {
    subject: "tandemd",
    state: "error",
    message: `${path} has sha256 ${actual}, its manifest says ${sha256}`,
    fix: "npm run build:daemon",
  };
}

function checkAgent(context: CliContext): Finding {
  const socket = context.env.SSH_AUTH_SOCK;
  if (socket !== undefined && existsSync(socket))
    return { subject: "ssh agent", state: "ok", message: socket };
  return {
    subject: "ssh agent",
    state: "warning",
    message: socket === undefined ? "SSH_AUTH_SOCK is not set" : `${socket} is not there`,
    fix: "start one (eval $(ssh-agent); ssh-add), or name a key in the definition (ssh.authentication)",
  };
}
