import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { ExitCode, type Problem, TandemError } from "../../diagnostics/index.ts";
import { importStack } from "../../import/index.ts";
import { inspectStack } from "../../stack/index.ts";
import { readFiles } from "../check/reads.ts";
import { notTexts } from "../check/texts.ts";
import type { ImportFlags } from "../commands.ts";
import type { CliContext } from "../context.ts";
import { withSources } from "../import-sources.ts";
import { writeOut } from "../write-file.ts";

/** Turns files of keepalived and haproxy, or those of two live hosts, into a stack file. */
export async function importAction(this: CliContext, flags: ImportFlags, name: string): Promise<void> {
  const usage = [...wrongFlags(flags), ...wrongName(name)];
  if (usage.length > 0) throw new TandemError(usage, { exitCode: ExitCode.usage });
  const out = resolve(this.cwd, flags.out ?? `stacks/${name}.ts`);
  if (existsSync(out) && !flags.force) throw exists(relative(this.cwd, out));
  const made = await withSources(this, flags, async (sources) => {
    const odd = sources.live ? [] : notTexts(this.cwd, [...sources.haproxy, ...sources.keepalived]);
    if (odd.length > 0) throw new TandemError(odd);
    const argv = [
      ...(sources.live ? ["--alone"] : []),
      ...sources.haproxy.flatMap((file) => ["--haproxy", file]),
      ...sources.keepalived.flatMap((file) => ["--keepalived", file]),
    ];
    const read = await readFiles(this, argv, sources.renamed);
    if ("refused" in read) throw unreadable(read.refused);
    const { hosts, live } = sources;
    const imported = importStack({ name, syntax: read.syntax, hosts, live });
    return { ...imported, notes: [...imported.notes, ...sources.notes] };
  });
  // Lines of haproxy.cfg may hold passwords.
  writeOut(out, made.text, { mode: 0o600 });
  const checked = inspectStack(made.input).problems;
  const wrong = checked.filter(({ severity }) => severity === "error");
  report(this, flags, relative(this.cwd, out), name, made.notes, checked);
  if (wrong.length > 0) this.endWith(ExitCode.invalidStack);
  else if (made.notes.some(({ code }) => code !== "IMPORT_TRANSLATED")) this.endWith(ExitCode.pending);
}

function report(
  { printer }: CliContext,
  flags: ImportFlags,
  file: string,
  name: string,
  notes: readonly Problem[],
  checked: readonly Problem[],
): void {
  if (flags.json) {
    printer.json({ file, notes, problems: checked });
    return;
  }
  for (const note of [...notes, ...checked]) printer.problem(note);
  const of = (code: string) => notes.filter((note) => note.code === code).length;
  printer.line(
    `wrote ${file}: ${of("IMPORT_NOT_CARRIED")} not carried over, ${of("IMPORT_NOT_UNDERSTOOD")} that tandemd does not act on, ` +
      `${of("IMPORT_PLACEHOLDER")} to fill in, ${of("IMPORT_SECRET")} secrets, ${of("IMPORT_TRANSLATED")} translated`,
  );
  // A bare name is looked for under stacks/.
  const stack = file === join("stacks", `${name}.ts`) ? name : file;
  printer.line(`next: tandem check ${stack}, then tandem render ${stack} beside your own files`);
}

function wrongName(name: string): readonly Problem[] {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(name)) return [];
  const message = `${JSON.stringify(name)} is no name of a stack`;
  const why = "it becomes the name of a file under stacks/, and of a Pulumi stack";
  const hint = "use letters, digits, '_', '-' and '.'";
  return [{ code: "IMPORT_WHAT", severity: "error", message, why, hint }];
}

function wrongFlags(flags: ImportFlags): readonly Problem[] {
  const problem = (message: string, hint: string): Problem => ({
    code: "IMPORT_WHAT",
    severity: "error",
    message,
    why: "a stack file is made of the files of one pair: two hosts, each with its keepalived.conf",
    hint,
  });
  const [files, routers, hosts] = [
    flags.haproxy?.length ?? 0,
    flags.keepalived?.length ?? 0,
    flags.host?.length ?? 0,
  ];
  const found: Problem[] = [];
  if (files + routers === 0 && hosts === 0)
    found.push(
      problem(
        "nothing to read",
        "give --haproxy FILE, --keepalived FILE or both, or --host ADDRESS twice to read the files of two live hosts",
      ),
    );
  if (files + routers === 0 && hosts === 1)
    found.push(problem("one host is half a pair", "give --host once for each of the two hosts"));
  if (routers > 2)
    found.push(problem(`${routers} keepalived.conf files are given`, "a pair is two hosts: give one or two"));
  if (hosts > 2) found.push(problem(`${hosts} hosts are given`, "a pair is two hosts"));
  return found;
}

function exists(file: string): TandemError {
  return new TandemError(
    [
      {
        code: "IMPORT_EXISTS",
        severity: "error",
        message: `${file} is there already`,
        why: "what was changed in it by hand would be lost",
        hint: "name another with --out, or say --force",
      },
    ],
    { exitCode: ExitCode.usage },
  );
}

function unreadable(stderr: string): TandemError {
  return new TandemError(
    stderr
      .trim()
      .split("\n")
      .map((line) => ({
        code: "IMPORT_UNREADABLE",
        severity: "error" as const,
        message: line.replace(/^tandemd: /, ""),
        why: "a definition of half of the files would be another one, so none was written",
        hint: "name text files of haproxy and keepalived that this user can read",
      })),
  );
}
