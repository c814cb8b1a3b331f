import { run } from "@stricli/core";
import { createApp } from "../../src/cli/app.ts";
import { type CliProcess, createContext, exitCodeOf } from "../../src/cli/context.ts";

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in this process and keeps what it printed. */
export async function runCli(
  argv: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
    /** Told everything that is printed so far, on both outputs. */
    readonly onPrint?: (text: string) => void;
  },
): Promise<CliRun> {
  let stdout = "";
  let stderr = "";
  const signal = options.signal ?? new AbortController().signal;
  const host: CliProcess = {
    stdout: {
      write: (text) => {
        stdout += text;
        options.onPrint?.(stdout + stderr);
      },
    },
    stderr: {
      write: (text) => {
        stderr += text;
        options.onPrint?.(stdout + stderr);
      },
    },
    env: { PATH: process.env.PATH, ...options.env },
    cwd: options.cwd,
    signal,
  };
  await run(createApp("0.0.0-test"), argv, createContext(host));
  return { code: exitCodeOf(host, signal), stdout, stderr };
}
