import { ExitCode, errorCatalogue, explainCode, TandemError } from "../../diagnostics/index.ts";
import { nearest } from "../../stack/index.ts";
import type { CliContext } from "../context.ts";

/** Prints meaning, example and fix of a code from the catalogue. */
export function explainAction(this: CliContext, flags: { readonly json: boolean }, code: string): void {
  const found = explainCode(code);
  if (found === undefined) throw unknownCode(code);
  if (flags.json) {
    this.printer.json(found);
    return;
  }
  const { colors: c } = this.printer;
  this.printer.data(
    [
      c.bold(found.code),
      "",
      found.meaning,
      "",
      c.dim("example:"),
      indent(found.example),
      "",
      `${c.cyan("fix:")} ${found.fix}`,
    ].join("\n"),
  );
}

function indent(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}

function unknownCode(code: string): TandemError {
  const suggestion = nearest(code.toUpperCase(), Object.keys(errorCatalogue));
  return new TandemError(
    [
      {
        code: "CLI_UNKNOWN_CODE",
        severity: "error",
        message: `no error code ${JSON.stringify(code)}`,
        hint: suggestion === undefined ? "docs/errors.md lists them all" : `did you mean ${suggestion}?`,
      },
    ],
    { exitCode: ExitCode.usage },
  );
}
