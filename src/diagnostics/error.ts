import { ExitCode } from "./exit-code.ts";
import { formatProblems } from "./format.ts";
import type { Problem } from "./problem.ts";

export interface TandemErrorOptions {
  readonly exitCode?: ExitCode;
  readonly cause?: unknown;
}

/**
 * The one error class: a list of problems found together, and the exit code of their kind.
 *
 * @example
 * throw new TandemError([{ code: "HOST_UNREACHABLE", severity: "error",
 *   message: "10.0.0.1:22 did not answer within 10 s", where: { kind: "host", host: "lb-a" } }],
 *   { exitCode: ExitCode.unreachable });
 */
export class TandemError extends Error {
  readonly problems: readonly Problem[];
  readonly exitCode: ExitCode;

  constructor(problems: readonly Problem[], options: TandemErrorOptions = {}) {
    super(formatProblems(problems), { cause: options.cause });
    this.name = "TandemError";
    this.problems = problems;
    this.exitCode = options.exitCode ?? ExitCode.failed;
  }

  /** The code of the first problem. */
  get code(): string {
    return this.problems[0]?.code ?? "INTERNAL";
  }
}
