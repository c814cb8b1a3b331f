import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { ExitCode, TandemError } from "../diagnostics/index.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** `$TANDEM_PULUMI`, else the `pulumi` on PATH. Throws TandemError when there is neither. */
export function findPulumi(env: Env): string {
  const named = env.TANDEM_PULUMI ?? "";
  // Another one than the one that was named may be of another version, with another state.
  if (named !== "") {
    if (isExecutable(named)) return named;
    throw noPulumi(`TANDEM_PULUMI names ${named}, which is no program that can be run`);
  }
  const found = (env.PATH ?? "")
    .split(delimiter)
    .map((dir) => join(dir, "pulumi"))
    .find(isExecutable);
  if (found !== undefined) return found;
  throw noPulumi("the pulumi executable is neither on PATH nor named by TANDEM_PULUMI");
}

function noPulumi(message: string, cause?: unknown): TandemError {
  return new TandemError(
    [
      {
        code: "CLI_NO_PULUMI",
        severity: "error",
        message,
        why: "Tandem's resources are planned and recorded by Pulumi",
        hint: "install Pulumi and name it with TANDEM_PULUMI=PATH where it is not on PATH; in this repository `sh lab/setup/ensure.sh demo` builds and caches it",
      },
    ],
    { exitCode: ExitCode.failed, cause },
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export interface PulumiOutcome {
  readonly exitCode: number;
  readonly stdout: string;
}

/** Runs pulumi; `inherit` lets it talk to the terminal, else its stdout is returned. */
export async function runPulumi(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Env;
    readonly inherit: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<PulumiOutcome> {
  const program = findPulumi(options.env);
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...options.env } as NodeJS.ProcessEnv,
    stdio: options.inherit ? "inherit" : ["ignore", "pipe", "inherit"],
  });
  // Pulumi gets the terminal's SIGINT itself; an abort from elsewhere is passed on as one.
  const interrupt = () => child.kill("SIGINT");
  options.signal?.addEventListener("abort", interrupt, { once: true });
  const chunks: Buffer[] = [];
  child.stdout?.on("data", (chunk: Buffer) => chunks.push(chunk));
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once("error", (error) =>
        reject(noPulumi(`${program} cannot be run in ${options.cwd}: ${error.message}`, error)),
      );
      child.once("close", (code) => resolve(code ?? ExitCode.failed));
    });
    return { exitCode, stdout: Buffer.concat(chunks).toString("utf8") };
  } finally {
    options.signal?.removeEventListener("abort", interrupt);
  }
}
