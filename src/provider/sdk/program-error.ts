import { RunError } from "@pulumi/pulumi";
import { TandemError } from "../../diagnostics/index.ts";

/**
 * Any thrown value as an error that the engine prints as it is. A stack trace is shown only for
 * what is no TandemError, and as text: the SDK formats a trace with colours, for which Node 20 needs
 * many seconds as soon as a line of it lies in a scoped package.
 */
export function programError(cause: unknown): RunError {
  if (RunError.isInstance(cause)) return quiet(cause);
  if (cause instanceof TandemError) return quiet(new RunError(`\n${cause.message}`));
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return quiet(new RunError(text));
}

function quiet(error: RunError): RunError {
  error.stack = "";
  return error;
}
