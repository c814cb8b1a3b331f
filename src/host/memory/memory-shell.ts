import { Readable } from "node:stream";
import type { CommandResult, RunOptions, Shell } from "../host.ts";
import { hostError } from "../problem.ts";

/** One program of a host in memory. A number is an exit code; it may end early when aborted. */
export type MemoryProgram = (
  args: readonly string[],
  stdin: Buffer,
  signal: AbortSignal,
) => Promise<Partial<CommandResult>> | Partial<CommandResult>;

export interface MemoryShellOptions {
  readonly name?: string;
  readonly programs?: Readonly<Record<string, MemoryProgram>>;
  /** Milliseconds for one command, when the call gives none. */
  readonly timeout?: number;
  /** Throws what a host that cannot be reached would throw. */
  readonly reach?: () => void;
}

/** The programs that every host has, as far as tests of callers need them. */
const BASIC: Readonly<Record<string, MemoryProgram>> = {
  true: () => ({}),
  false: () => ({ exitCode: 1 }),
  cat: (_, stdin) => ({ stdout: stdin }),
  printf: ([format = "", ...args]) => ({ stdout: Buffer.from(printf(format, args)) }),
  sleep: ([seconds = "0"], _, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve({}), Number(seconds) * 1000);
      signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
    }),
};

/** A shell without a host: same contract as the one over SSH, programs given by the caller. */
export class MemoryShell implements Shell {
  readonly name: string;
  readonly #options: MemoryShellOptions;

  constructor(options: MemoryShellOptions = {}) {
    this.name = options.name ?? "memory";
    this.#options = options;
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    options.signal?.throwIfAborted();
    this.#options.reach?.();
    const [name = "", ...args] = argv;
    const program = this.#options.programs?.[name] ?? BASIC[name];
    if (program === undefined)
      return { exitCode: 127, stdout: Buffer.alloc(0), stderr: `sh: 1: ${name}: not found\n` };
    const stdin = await readAll(options.stdin);
    const result = await this.#bounded(name, (signal) => program(args, stdin, signal), options);
    const stdout = result.stdout ?? Buffer.alloc(0);
    if (stdout.length > 0) options.onStdout?.(stdout);
    return { exitCode: result.exitCode ?? 0, stdout, stderr: result.stderr ?? "" };
  }

  async close(): Promise<void> {}

  async #bounded<T>(
    name: string,
    work: (signal: AbortSignal) => T | Promise<T>,
    options: RunOptions,
  ): Promise<T> {
    const timeout = options.timeout ?? this.#options.timeout ?? 60_000;
    const deadline = AbortSignal.timeout(timeout);
    const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
    const given = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => {
        reject(options.signal?.aborted === true ? options.signal.reason : this.#tooLong(name, timeout));
      });
    });
    return await Promise.race([work(signal), given]);
  }

  #tooLong(name: string, timeout: number): unknown {
    return hostError(this.name, "HOST_COMMAND_TIMEOUT", `${name} did not finish within ${timeout / 1000} s`);
  }
}

async function readAll(stdin: RunOptions["stdin"]): Promise<Buffer> {
  if (!(stdin instanceof Readable)) return Buffer.from(stdin ?? "");
  const chunks: Buffer[] = [];
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** printf(1) with %s, repeated as long as there are arguments. */
function printf(format: string, args: readonly string[]): string {
  const once = (arg: string) =>
    format
      .replaceAll("%s", () => arg)
      .replaceAll("\\0", "\0")
      .replaceAll("\\n", "\n");
  return args.length === 0 ? once("") : args.map(once).join("");
}
