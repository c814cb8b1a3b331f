import {
  ExitCode,
  knownCode,
  type Silence,
  TandemError,
  type Telling,
  withoutEffect,
} from "../../diagnostics/index.ts";
import { nearestCode } from "../../stack/index.ts";
import type { Printer } from "../printer.ts";

/** `CODE=REASON` of the command line; a silence without a reason is none. */
export function readSilences(texts: readonly string[] | undefined): readonly Silence[] {
  return (texts ?? []).map((text) => {
    const [, code = "", reason] = /^([A-Za-z][A-Za-z0-9_/-]*)=(.*\S.*)$/.exec(text) ?? [];
    const known = knownCode(code);
    if (known !== undefined && reason !== undefined) return { code: known, reason };
    const near = code === "" || known !== undefined ? undefined : nearestCode(code);
    throw new TandemError(
      [
        {
          code: "CLI_CHECK_WHAT",
          severity: "error",
          message: `--silence ${JSON.stringify(text)} names no ${known === undefined ? "code" : "reason"}`,
          why: "whoever reads it later wants to know why the warning is meant so",
          hint:
            near === undefined
              ? "write --silence 'E05=the two are equal by design'"
              : `did you mean ${near}?`,
        },
      ],
      { exitCode: ExitCode.usage },
    );
  });
}

/** Silences that did nothing; `complete`: everything was asked that could have told what they silence. */
export function tellIdle(
  printer: Printer,
  tellings: readonly Telling[],
  silences: readonly Silence[],
  complete = true,
): void {
  const { idle, powerless } = withoutEffect(tellings, silences);
  for (const { code, reason } of complete ? idle : [])
    printer.line(`note: nothing says ${code} any more, so its silence can go (${reason})`);
  for (const { code } of powerless)
    printer.line(`note: ${code} is an error here, and errors cannot be silenced`);
}
