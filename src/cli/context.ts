import type { CommandContext, StricliProcess } from "@stricli/core";
import { ExitCode } from "../diagnostics/index.ts";
import { createPrinter, type Printer } from "./printer.ts";

/** What every command gets: where to print, where it runs, and how it is interrupted. */
export interface CliContext extends CommandContext {
  readonly printer: Printer;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborted by the first SIGINT: finish or revert the current host, then stop. */
  readonly signal: AbortSignal;
  /** Ends with this code although nothing failed: changes are pending, or a verdict is bad. */
  endWith(code: ExitCode): void;
}

export interface CliProcess {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
  exitCode?: number | string | null;
  /** Set by a command that ended as it should with something to tell by its code. */
  verdict?: ExitCode;
}

/** Builds the context of one call; tests pass streams of their own. */
export function createContext(process: CliProcess): CliContext {
  return {
    process: process as StricliProcess & CliProcess,
    printer: createPrinter(process),
    cwd: process.cwd,
    env: process.env,
    signal: process.signal,
    endWith: (code) => {
      process.verdict = code;
    },
  };
}

/** The code to leave with, once a command has run. */
export function exitCodeOf(process: CliProcess, signal: AbortSignal): number {
  if (signal.aborted) return ExitCode.interrupted;
  const code = Number(process.exitCode ?? ExitCode.ok);
  // stricli numbers usage errors below zero.
  if (code < 0) return ExitCode.usage;
  return code === ExitCode.ok ? (process.verdict ?? ExitCode.ok) : code;
}
