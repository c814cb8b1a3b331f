import {
  codesOfRules,
  daemonCodes,
  ExitCode,
  explainCode,
  knownCode,
  type LintRule,
  TandemError,
} from "../../diagnostics/index.ts";
import { nearestCode } from "../../stack/index.ts";
import type { CliContext } from "../context.ts";

/** Prints meaning, example and fix of a code from the catalogue. */
export function explainAction(this: CliContext, flags: { readonly json: boolean }, code: string): void {
  const found = explainCode(code);
  if (found === undefined) {
    explainFinding(this, flags, code);
    return;
  }
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

/** A code that tandemd gives to a line of a configuration file. */
function explainFinding({ printer }: CliContext, flags: { readonly json: boolean }, text: string): void {
  const code = knownCode(text);
  const meaning = code === undefined ? undefined : daemonCodes[code];
  if (code === undefined || meaning === undefined) throw unknownCode(text);
  if (flags.json) printer.json({ code, meaning });
  else
    printer.data(
      [
        printer.colors.bold(code),
        "",
        meaning,
        "",
        "told by tandemd; all of these: docs/config-codes.md",
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
  const suggestion = nearestCode(code);
  return new TandemError(
    [
      {
        code: "CLI_UNKNOWN_CODE",
        severity: "error",
        message: `no error code ${JSON.stringify(code)}`,
        hint:
          suggestion === undefined
            ? "docs/errors.md and docs/config-codes.md list them all"
            : `did you mean ${suggestion}?`,
      },
    ],
    { exitCode: ExitCode.usage },
  );
}
