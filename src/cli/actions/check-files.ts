import { z } from "zod";
import { ExitCode, type Problem, TandemError } from "../../diagnostics/index.ts";
import { daemonFindings } from "../../host/daemon-findings.ts";
import { syntaxSchema } from "../../import/index.ts";
import { lintFiles, type Silence, silenced } from "../../lint/index.ts";
import type { CliContext } from "../context.ts";
import type { CheckFlags } from "../offline-commands.ts";
import type { Printer } from "../printer.ts";
import { type SarifFinding, sarifLog } from "../sarif.ts";
import { readSilences, tellIdle } from "../silences.ts";
import { askTandemd } from "../tandemd.ts";

const place = z.object({
  file: z.string(),
  line: z.number(),
  column: z.number(),
  length: z.number(),
  source: z.string(),
});

const finding = z.object({
  severity: z.enum(["error", "warning", "note"]),
  rule: z.string().nullable(),
  code: z.string().nullable(),
  message: z.string(),
  why: z.string().nullable(),
  suggestion: z.string().nullable(),
  places: z.array(place),
});

/** What `tandemd lint --json` prints. */
const reportSchema = z.object({
  findings: z.array(finding),
  elections: z.array(
    z.object({
      instance: z.string(),
      complete: z.boolean(),
      rows: z.array(
        z.object({
          failed: z.tuple([z.array(z.string()), z.array(z.string())]),
          priorities: z.tuple([z.number().nullable(), z.number().nullable()]),
          master: z.string().nullable(),
        }),
      ),
    }),
  ),
  predictions: z.array(
    z.object({
      vip: z.string(),
      instance: z.string(),
      master: z.string(),
      crashLeast: z.number(),
      crashMost: z.number(),
      graceful: z.number(),
    }),
  ),
});

type Finding = z.infer<typeof finding>;

/** Compares two keepalived.conf files by the rules of docs/lint.md; exit 3 when one is broken. */
export async function checkFiles(
  context: CliContext,
  flags: CheckFlags,
  files: readonly string[],
): Promise<void> {
  if (files.length !== 2) throw wrongUse(`two files are compared, ${files.length} given`);
  const each = (name: string, values: readonly string[] | undefined) =>
    (values ?? []).flatMap((value) => [`--${name}`, value]);
  const argv = [
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
  const said = await askTandemd(context, argv);
  if (said.stdout === "") throw refused(said.status, said.stderr);
  const report = reportSchema.parse(JSON.parse(said.stdout));
  if (report.findings.some(({ severity }) => severity === "error")) context.endWith(ExitCode.invalidStack);
  const silences = readSilences(flags.silence);
  const [pairs, singles] = [quieted(report.findings, silences), await eachByItself(context, files, flags)];
  const { problems, idle } = silenced(singles, silences);
  if (problems.some(({ severity }) => severity === "error")) context.endWith(ExitCode.invalidStack);
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
  tellIdle(
    printer,
    idle.filter(({ code }) => !pairs.some((found) => codeOf(found) === code)),
  );
  for (const p of report.predictions) {
    printer.line(
      `${p.vip}: crash of ${p.master} ${Math.round(p.crashLeast)} to ${Math.round(p.crashMost)} ms, graceful stop ${Math.round(p.graceful)} ms without an answer (E17, as the protocol predicts)`,
    );
  }
  const open = [
    ...pairs.filter((found) => found.silenced === undefined),
    ...problems.filter((one) => one.silenced === undefined),
  ];
  printer.line(summary(open));
}

type Told = Finding & { readonly silenced?: string };

const codeOf = ({ rule, code }: Finding): string => rule ?? code ?? "";

function quieted(findings: readonly Finding[], silences: readonly Silence[]): readonly Told[] {
  return findings.map((found) => {
    const silence = silences.find(({ code }) => code === codeOf(found));
    return silence === undefined || found.severity === "error"
      ? found
      : { ...found, silenced: silence.reason };
  });
}

/** What each file shows without the other. */
async function eachByItself(
  context: CliContext,
  files: readonly string[],
  flags: CheckFlags,
): Promise<readonly Problem[]> {
  const argv = [
    ...new Set(files.map((file) => `--keepalived\n${file}`)),
    ...new Set((flags.haproxy ?? []).map((file) => `--haproxy\n${file}`)),
  ].flatMap((words) => words.split("\n"));
  const said = await askTandemd(context, ["parse", ...argv]);
  const linted = said.status === 0 ? lintFiles(syntaxSchema.parse(JSON.parse(said.stdout))) : [];
  const read = await Promise.all(
    [...new Set(flags.haproxy ?? [])].map((file) => whatTheProxySays(context, file)),
  );
  return [...linted, ...read.flat()];
}

/** What the proxy itself says of a file; of keepalived.conf the comparison has told that. */
async function whatTheProxySays(context: CliContext, file: string): Promise<readonly Problem[]> {
  // Users, folders and files of this machine say nothing about the hosts.
  const { stdout } = await askTandemd(context, ["check", "--json", "--alone", "--haproxy", file]);
  return daemonFindings.parse(stdout === "" ? [] : JSON.parse(stdout)).flatMap((found) => {
    if (found.severity !== "error" && found.severity !== "warning") return [];
    const at = typeof found.line === "number" ? { line: found.line } : {};
    const column = typeof found.column === "number" ? { column: found.column } : {};
    return [
      {
        code: found.code,
        severity: found.severity,
        message: found.message,
        where: { kind: "file", file, ...at, ...column },
        ...(typeof found.suggestion === "string" ? { hint: found.suggestion } : {}),
      },
    ];
  });
}

function toSarif(found: Told): SarifFinding {
  const [first, ...also] = found.places.map(({ file, line, column }) => ({
    kind: "file" as const,
    file,
    line,
    column,
  }));
  return {
    code: codeOf(found),
    severity: found.severity,
    message: found.message,
    ...(first === undefined ? {} : { where: first }),
    ...(found.why === null ? {} : { why: found.why }),
    ...(found.suggestion === null ? {} : { hint: found.suggestion }),
    ...(found.silenced === undefined ? {} : { silenced: found.silenced }),
    also,
  };
}

function summary(findings: readonly (Told | Problem)[]): string {
  const of = (severity: Finding["severity"]) => findings.filter((f) => f.severity === severity).length;
  const many = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
  if (findings.length === 0) return "no problem";
  const rules = [
    ...new Set(findings.flatMap((found) => ("rule" in found && found.rule !== null ? [found.rule] : []))),
  ];
  const more = rules.length === 0 ? "" : `; more: tandem explain ${rules[0]}`;
  return `${many(of("error"), "error")}, ${many(of("warning"), "warning")}${more}`;
}

function shown(found: Told, c: Printer["colors"]): string {
  if (found.silenced !== undefined)
    return c.dim(`silenced[${codeOf(found)}]: ${found.message}\n  reason: ${found.silenced}`);
  const paint = found.severity === "error" ? c.red : c.yellow;
  const lines = [`${paint(`${found.severity}[${found.rule ?? found.code}]`)}: ${found.message}`];
  for (const at of found.places) lines.push(...excerpt(at, c));
  if (found.why !== null) lines.push(`  ${c.dim("why:")} ${found.why}`);
  if (found.suggestion !== null) lines.push(`  ${c.cyan("fix:")} ${found.suggestion}`);
  return lines.join("\n");
}

/** The line as it may be shown, with a caret under the place; tabs stay tabs, so that it fits. */
function excerpt(at: z.infer<typeof place>, c: Printer["colors"]): string[] {
  const number = String(at.line);
  const gutter = " ".repeat(number.length);
  const blank = [...at.source]
    .slice(0, at.column - 1)
    .map((char) => (char === "\t" ? "\t" : " "))
    .join("");
  const room = Math.max(1, Math.min(at.length, [...at.source].length - at.column + 1));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would move the caret or the terminal
  const source = at.source.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "\ufffd");
  return [
    ` ${gutter}--> ${c.bold(`${at.file}:${at.line}:${at.column}`)}`,
    ` ${gutter} |`,
    ` ${number} | ${source}`,
    ` ${gutter} | ${blank}${c.cyan(`^${"~".repeat(room - 1)}`)}`,
  ];
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
