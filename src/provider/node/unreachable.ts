import { ExitCode, type Problem, TandemError } from "../../diagnostics/index.ts";

/** Whether a host could not be reached, or would not let us in. */
export function isUnreachable(error: unknown): error is TandemError {
  return error instanceof TandemError && error.exitCode === ExitCode.unreachable;
}

/** Silence is never taken for absence: the run stops, and says how to go on. */
export function unreadable(error: TandemError, node: string): TandemError {
  return explained(error, node, {
    message: `cannot read ${node}, so nothing is planned`,
    why: "a host that is silent may still serve; only what is read can be compared",
    hint:
      "bring the host back and run again; when only the way to log in has changed, run once " +
      "`PULUMI_DISABLE_REFRESH_BEFORE_UPDATE=true pulumi up --refresh=false`; " +
      "when the host is gone for good, `TANDEM_ON_UNREACHABLE=forget pulumi destroy`",
  });
}

/** As `unreadable`, for a host that was to be cleaned. */
export function uncleanable(error: TandemError, node: string): TandemError {
  return explained(error, node, {
    message: `cannot clean ${node}, so it stays in the state`,
    why: "a host that comes back later would still claim the virtual addresses",
    hint:
      "bring the host back and run again, or, when it is gone for good, run " +
      "`TANDEM_ON_UNREACHABLE=forget pulumi destroy`",
  });
}

function explained(
  error: TandemError,
  node: string,
  text: Pick<Problem, "message" | "why" | "hint">,
): TandemError {
  const code = "PROVIDER_HOST_UNREACHABLE";
  const problem: Problem = { code, severity: "error", where: { kind: "host", host: node }, ...text };
  return new TandemError([...error.problems, problem], { exitCode: error.exitCode, cause: error });
}
