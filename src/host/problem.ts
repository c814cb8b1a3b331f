import { ExitCode, type Problem, TandemError } from "../diagnostics/index.ts";

export interface HostProblemDetail {
  /** What on the host, e.g. a path or an address. */
  readonly detail?: string;
  readonly why?: string;
  readonly hint?: string;
  readonly severity?: "error" | "warning";
}

/** A problem on a host: code, the host's name, and what is wrong there. */
export function hostProblem(
  host: string,
  code: string,
  message: string,
  { detail, why, hint, severity = "error" }: HostProblemDetail = {},
): Problem {
  return {
    code,
    severity,
    message,
    where: { kind: "host", host, ...(detail === undefined ? {} : { detail }) },
    ...(why === undefined ? {} : { why }),
    ...(hint === undefined ? {} : { hint }),
  };
}

/** Codes that mean that the host would not let us in: nothing was changed there. */
const UNREACHABLE: ReadonlySet<string> = new Set([
  "HOST_UNREACHABLE",
  "HOST_KEY_UNKNOWN",
  "HOST_KEY_MISMATCH",
  "HOST_KEY_FILE",
  "HOST_AUTH_FAILED",
  "HOST_NO_SUDO",
]);

/** One problem as an error, with the exit code of its kind. */
export function hostError(
  host: string,
  code: string,
  message: string,
  detail: HostProblemDetail & { readonly cause?: unknown } = {},
): TandemError {
  return new TandemError([hostProblem(host, code, message, detail)], {
    exitCode: UNREACHABLE.has(code) ? ExitCode.unreachable : ExitCode.failed,
    cause: detail.cause,
  });
}

/** The text of anything that was thrown. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
