import { type ExecFileException, execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { ExitCode, TandemError } from "../diagnostics/index.ts";
import { binaryFile, shippedBinary } from "./binary.ts";
import type { CliContext } from "./context.ts";

/** Whether there is one to ask: one that was named, or the one of this package. */
export function hasTandemd(env: CliContext["env"]): boolean {
  return Boolean(env.TANDEM_BINARY) || shippedBinary() !== undefined;
}

/** Milliseconds for one answer. */
const PATIENCE = 30_000;

/** The executable that TANDEM_BINARY names, else the one of this package. */
function program(env: CliContext["env"]): string {
  const file = env.TANDEM_BINARY || binaryFile;
  if (existsSync(file)) return file;
  throw new TandemError(
    [
      {
        code: "CLI_NO_TANDEMD",
        severity: "error",
        message: `${file} does not exist`,
        why: "the files are read by tandemd itself, so that they mean here what they mean on a host",
        hint: "build it with `npm run build:daemon`, name one with TANDEM_BINARY=PATH, or run `tandemd lint A.conf B.conf` on a host that has it",
      },
    ],
    { exitCode: ExitCode.failed },
  );
}

/** It was ended before its time, or is no program of this machine. */
function notRun(file: string, error: ExecFileException | null): TandemError {
  const reason = error?.killed
    ? `did not finish within ${PATIENCE / 1000} s, or said too much`
    : `cannot be run: ${error?.message.split("\n")[0]}`;
  return new TandemError(
    [
      {
        code: "CLI_NO_TANDEMD",
        severity: "error",
        message: `${file} ${reason}`,
        why: "the files are read by tandemd itself, so that they mean here what they mean on a host",
        hint: "build one for this machine with `npm run build:daemon`, or name it with TANDEM_BINARY=PATH",
      },
    ],
    { exitCode: ExitCode.failed, cause: error },
  );
}

export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the local tandemd; it opens no socket and changes nothing in the commands used here. */
export function askTandemd(context: CliContext, argv: readonly string[]): Promise<Said> {
  const file = program(context.env);
  return new Promise((resolve, reject) => {
    const options = { cwd: context.cwd, timeout: PATIENCE, maxBuffer: 64 << 20, signal: context.signal };
    execFile(file, argv, options, (error, stdout, stderr) => {
      const status = error === null ? 0 : error.code;
      if (typeof status === "number") resolve({ status, stdout, stderr });
      else reject(context.signal.aborted ? context.signal.reason : notRun(file, error));
    });
  });
}
