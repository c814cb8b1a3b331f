import {
  codesOfRules,
  ExitCode,
  errorCatalogue,
  explainCode,
  type LintRule,
  TandemError,
} from "../../diagnostics/index.ts";
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
      ...ruleLines(found),
    ].join("\n"),
  );
}

/** How a rule of the two-node lint and the codes of a definition hang together. */
function ruleLines({ code, rule }: { readonly code: string; readonly rule?: LintRule }): string[] {
  if (rule === undefined) return [];
  if (rule !== code) return ["", `rule ${rule} of the two-node lint: tandem explain ${rule}, docs/lint.md`];
  const codes = codesOfRules[rule];
  const told = codes.length === 0 ? "cannot be written there" : codes.join(", ");
  return ["", `in a definition: ${told}`, "more examples: docs/lint.md"];
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
