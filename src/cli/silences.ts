import { ExitCode, explainCode, TandemError } from "../diagnostics/index.ts";
import type { Silence } from "../lint/index.ts";
import type { Printer } from "./printer.ts";

/** `CODE=REASON` of the command line; a silence without a reason is none. */
export function readSilences(texts: readonly string[] | undefined): readonly Silence[] {
  return (texts ?? []).map((text) => {
    const [, code = "", reason] = /^([A-Za-z][A-Za-z0-9_/-]*)=(.*\S.*)$/.exec(text) ?? [];
    // Those of tandemd itself are in docs/config-codes.md.
    const known = explainCode(code)?.code ?? /^(?:haproxy|keepalived)\/[a-z-]+$/.exec(code)?.[0];
    if (known !== undefined && reason !== undefined) return { code: known, reason };
    throw new TandemError(
      [
        {
          code: "CLI_CHECK_WHAT",
          severity: "error",
          message: `--silence ${JSON.stringify(text)} names no ${known === undefined ? "code" : "reason"}`,
          why: "whoever reads it later wants to know why the warning is meant so",
          hint: "write --silence 'E05=the two are equal by design'",
        },
      ],
      { exitCode: ExitCode.usage },
    );
  });
}

export function tellIdle(printer: Printer, idle: readonly Silence[]): void {
  for (const { code, reason } of idle)
    printer.line(`note: nothing says ${code} any more, so its silence can go (${reason})`);
}
