import { execFile } from "node:child_process";

/** Something in the lab did not do what was asked; the message says which command and what it printed. */
export class LabError extends Error {
  override readonly name = "LabError";
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly input?: string;
  /** Default 60 000. */
  readonly timeoutMs?: number;
  /** Return a failure instead of throwing it; default false. */
  readonly allowFailure?: boolean;
  readonly signal?: AbortSignal;
}

/** Runs a program and collects what it prints. Throws {@link LabError} when it fails, unless allowed. */
export function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const [program = "", ...args] = argv;
  const timeout = options.timeoutMs ?? 60_000;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      {
        timeout,
        maxBuffer: 64 * 1024 * 1024,
        killSignal: "SIGKILL",
        ...(options.signal ? { signal: options.signal } : {}),
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ code: 0, stdout, stderr });
        const exited = typeof error.code === "number";
        if (exited && options.allowFailure === true)
          return resolve({ code: Number(error.code), stdout, stderr });
        const why = exited
          ? `exit code ${error.code}`
          : error.killed
            ? `no end within ${timeout} ms`
            : error.message;
        const printed = (stderr.trim() || stdout.trim()).slice(-2000);
        reject(new LabError(`${argv.join(" ")}: ${why}${printed ? `\n${printed}` : ""}`));
      },
    );
    // A program that ends without reading its input is no failure of the write.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.input ?? "");
  });
}

/** Asks until the answer is not undefined. Throws {@link LabError} naming `what` at the deadline. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new LabError(`${what}: not within ${timeoutMs} ms`);
    await new Promise((wake) => setTimeout(wake, 25));
  }
}
