import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pulumi, repository } from "../../../lab/setup/paths.ts";

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly text: string;
}

/** A run that goes on. */
export interface Started {
  readonly interrupt: () => void;
  /** Kills the engine outright; returns the processes that it had started, and theirs. */
  readonly killed: () => Promise<readonly number[]>;
  readonly result: Promise<CliResult>;
}

/** The processes below one, each before those that it started. */
export function descendants(pid: number): readonly number[] {
  const lines = execFileSync("ps", ["-e", "-o", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const parents = lines.map((line) => line.trim().split(/\s+/).map(Number));
  const below = (of: number): readonly number[] =>
    parents.flatMap(([child = 0, parent]) => (parent === of ? [child, ...below(child)] : []));
  return below(pid);
}

/** A Pulumi project in a folder of its own: file backend, passphrase, program from the repository. */
export class Project {
  readonly folder: string;
  readonly environment: Record<string, string | undefined>;

  constructor(environment: Record<string, string> = {}) {
    this.folder = mkdtempSync(join(tmpdir(), "tandem-p-"));
    mkdirSync(join(this.folder, "state"));
    symlinkSync(join(repository, "node_modules"), join(this.folder, "node_modules"));
    this.write("package.json", JSON.stringify({ name: "edge", type: "module" }));
    this.write(
      "Pulumi.yaml",
      [
        "name: edge",
        "main: index.ts",
        "runtime: {name: nodejs, options: {typescript: false, nodeargs: --import tsx}}",
        "options: {refresh: always}",
        "plugins:",
        `  providers: [{name: tandem, path: ${repository}/src/provider/plugin}]`,
        `  languages: [{name: nodejs, path: ${repository}/src/provider/langhost}]`,
        "",
      ].join("\n"),
    );
    this.environment = {
      ...process.env,
      PULUMI_HOME: join(this.folder, "home"),
      PULUMI_BACKEND_URL: `file://${this.folder}/state`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      NO_COLOR: "1",
      ...environment,
    };
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  /** Runs the CLI; a non-zero exit is a result. */
  run(...args: string[]): Promise<CliResult> {
    return this.start(...args).result;
  }

  /** As `run`, for a run that is to be interrupted. */
  start(...args: string[]): Started {
    const child = spawn(pulumi(), [...args, "--non-interactive"], {
      cwd: this.folder,
      env: this.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (data: Buffer) => {
      stdout += data.toString();
    });
    child.stderr.on("data", (data: Buffer) => {
      stderr += data.toString();
    });
    const result = new Promise<CliResult>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code, stdout, stderr, text: stdout + stderr }));
    });
    return {
      interrupt: () => child.kill("SIGINT"),
      killed: async () => {
        const started = descendants(child.pid ?? 0);
        child.kill("SIGKILL");
        await result;
        return started;
      },
      result,
    };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
