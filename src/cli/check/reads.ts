import type { Problem } from "../../diagnostics/index.ts";
import { type DaemonFinding, daemonFindings } from "../../host/daemon-findings.ts";
import { type Syntax, syntaxSchema } from "../../import/index.ts";
import { lintFiles } from "../../lint/index.ts";
import type { CliContext } from "../context.ts";
import { askTandemd } from "../tandemd.ts";

/** Files as tandemd reads them, or what it says of those that it cannot read. */
export async function readFiles(
  context: CliContext,
  argv: readonly string[],
  renamed: (text: string) => string = (text) => text,
): Promise<{ readonly syntax: Syntax } | { readonly refused: string }> {
  const said = await askTandemd(context, ["parse", ...argv]);
  return said.status === 0
    ? { syntax: syntaxSchema.parse(JSON.parse(renamed(said.stdout))) }
    : { refused: said.stderr };
}

/** Mistakes in files that no parser refuses; of a file that cannot be read its own findings tell. */
export async function lintedFiles(
  context: CliContext,
  argv: readonly string[],
  renamed?: (text: string) => string,
): Promise<readonly Problem[]> {
  const read = await readFiles(context, argv, renamed);
  return "syntax" in read ? lintFiles(read.syntax) : [];
}

/** Under which code a finding of tandemd is told, in which words, and of which file. */
type Retold = Pick<Problem, "code" | "message"> & { readonly file: string };

/** The errors and warnings that tandemd has of files, by themselves. */
export async function checkedFiles(
  context: CliContext,
  argv: readonly string[],
  retold: (found: DaemonFinding) => Retold,
): Promise<readonly Problem[]> {
  // Users, folders and files of this machine say nothing about the hosts; there it is asked again.
  const { stdout, stderr } = await askTandemd(context, ["check", "--json", "--alone", ...argv]);
  if (stdout === "") throw new Error(`tandemd check: ${stderr.trim()}`);
  return daemonFindings.parse(JSON.parse(stdout)).flatMap((found) => {
    const { severity, line, column, suggestion } = found;
    if (severity !== "error" && severity !== "warning") return [];
    const { code, message, file } = retold(found);
    return [
      {
        code,
        severity,
        message,
        where: {
          kind: "file",
          file,
          ...(typeof line === "number" ? { line } : {}),
          ...(typeof column === "number" ? { column } : {}),
        },
        ...(typeof suggestion === "string" ? { hint: suggestion } : {}),
        ...(code === found.code ? {} : { daemonCode: found.code }),
      },
    ];
  });
}
