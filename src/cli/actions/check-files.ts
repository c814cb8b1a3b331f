import {
  ExitCode,
  type Problem,
  silenced,
  silencedFor,
  TandemError,
  tellingOf,
} from "../../diagnostics/index.ts";
import { checkedFiles, lintedFiles } from "../check/reads.ts";
import { type Finding, reportSchema, type Told, toSarif } from "../check/report.ts";
import { sarifLog } from "../check/sarif.ts";
import { shown, summary } from "../check/shown.ts";
import { readSilences, tellIdle } from "../check/silences.ts";
import type { CliContext } from "../context.ts";
import type { CheckFlags } from "../offline-commands.ts";
import { askTandemd } from "../tandemd.ts";

/** Compares two keepalived.conf files by the rules of docs/lint.md; exit 3 when one is broken. */
export async function checkFiles(
  context: CliContext,
  flags: CheckFlags,
  files: readonly string[],
): Promise<void> {
  if (files.length !== 2) throw wrongUse(`two files are compared, ${files.length} given`);
  const silences = readSilences(flags.silence);
  const said = await askTandemd(context, lintWords(flags, files));
  if (said.stdout === "") throw refused(said.status, said.stderr);
  const report = reportSchema.parse(JSON.parse(said.stdout));
  const pairs = report.findings.map((found): Told => {
    const reason = silencedFor(tellingOfPair(found), silences);
    return reason === undefined ? found : { ...found, silenced: reason };
  });
  const problems = silenced(await eachByItself(context, files, flags), silences);
  if ([...pairs, ...problems].some(({ severity }) => severity === "error"))
    context.endWith(ExitCode.invalidStack);
  const { printer } = context;
  if (flags.sarif) {
    printer.json(sarifLog([...pairs.map(toSarif), ...problems], files[0] ?? ""));
    return;
  }
  if (flags.json) {
    printer.json({ files, ...report, findings: pairs, problems });
    return;
  }
  for (const found of pairs) printer.line(`${shown(found, printer.colors)}\n`);
  for (const problem of problems) printer.problem(problem);
  tellIdle(printer, [...pairs.map(tellingOfPair), ...problems.map(tellingOf)], silences);
  for (const p of report.predictions) {
    printer.line(
      `${p.vip}: crash of ${p.master} ${Math.round(p.crashLeast)} to ${Math.round(p.crashMost)} ms, graceful stop ${Math.round(p.graceful)} ms without an answer (E17, as the protocol predicts)`,
    );
  }
  printer.line(summary([...pairs, ...problems].filter((one) => one.silenced === undefined)));
}

const tellingOfPair = ({ severity, rule, code }: Finding) => ({
  severity,
  codes: [rule ?? undefined, code ?? undefined],
});

function lintWords(flags: CheckFlags, files: readonly string[]): readonly string[] {
  const each = (name: string, values: readonly string[] | undefined) =>
    (values ?? []).flatMap((value) => [`--${name}`, value]);
  return [
    "lint",
    ...files,
    ...each("haproxy", flags.haproxy),
    ...each("sysctl", flags.sysctl),
    ...each("addresses", flags.addresses),
    ...each("firewall", flags.firewall),
    ...each("root", flags.root),
    ...each("segment", flags.segment),
    ...each("id", flags.id),
    ...each("target-failover", flags.targetFailover === undefined ? [] : [flags.targetFailover]),
    "--json",
  ];
}

/** What each file shows without the other; of keepalived.conf the comparison has told what tandemd says. */
async function eachByItself(
  context: CliContext,
  files: readonly string[],
  flags: CheckFlags,
): Promise<readonly Problem[]> {
  const proxies = [...new Set(flags.haproxy ?? [])];
  const linted = await lintedFiles(context, [
    ...[...new Set(files)].flatMap((file) => ["--keepalived", file]),
    ...proxies.flatMap((file) => ["--haproxy", file]),
  ]);
  const said = await Promise.all(
    proxies.map((file) =>
      checkedFiles(context, ["--haproxy", file], ({ code, message }) => ({ code, message, file })),
    ),
  );
  return [...linted, ...said.flat()];
}

export function wrongUse(message: string): TandemError {
  return new TandemError(
    [
      {
        code: "CLI_CHECK_WHAT",
        severity: "error",
        message,
        hint: "write `tandem check STACK`, or `tandem check --keepalived A.conf B.conf`",
      },
    ],
    { exitCode: ExitCode.usage },
  );
}

/** tandemd could not read what it was given, and says why line by line. */
function refused(status: number, text: string): TandemError {
  const lines = text.trim().split("\n");
  return new TandemError(
    lines.map((line) => ({
      code: "CLI_LINT_REFUSED",
      severity: "error",
      message: line.replace(/^tandemd: /, ""),
      hint: "name files that can be read",
    })),
    { exitCode: status === 64 ? ExitCode.usage : ExitCode.failed },
  );
}
