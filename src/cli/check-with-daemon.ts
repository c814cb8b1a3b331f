import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "../diagnostics/index.ts";
import { type DaemonFinding, daemonFindings } from "../host/daemon-findings.ts";
import { syntaxSchema } from "../import/index.ts";
import { lintFiles } from "../lint/index.ts";
import type { Release } from "../render/index.ts";
import { binaryFile, shippedBinary } from "./binary.ts";
import type { CliContext } from "./context.ts";
import { askTandemd } from "./tandemd.ts";

export interface DaemonVerdict {
  readonly problems: readonly Problem[];
  /** Why the daemon was not asked. */
  readonly skipped?: string;
}

/** Has `tandemd check` read the rendered files, as the host will. Secrets stand as short stand-ins. */
export async function checkWithDaemon(
  context: CliContext,
  releases: readonly Release[],
): Promise<DaemonVerdict> {
  if (shippedBinary() === undefined) {
    return {
      problems: [],
      skipped: "dist/tandemd is not built, so its parser was not asked (npm run build:daemon)",
    };
  }
  const folder = mkdtempSync(join(tmpdir(), "tandem-check-"));
  try {
    const found = await Promise.all(releases.map((release) => checkOne(release, folder)));
    // Both nodes of a pair have the same frontends and backends.
    const first = releases.filter(({ pair }, i) => releases.findIndex((one) => one.pair === pair) === i);
    const linted = await Promise.all(first.map((release) => lintOne(context, release, folder)));
    return { problems: [...found, ...linted].flat() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Mistakes in the rendered files that no parser refuses. */
async function lintOne(context: CliContext, release: Release, folder: string): Promise<readonly Problem[]> {
  const file = release.files["haproxy.cfg"];
  if (file === undefined) return [];
  const path = join(folder, `${release.node}.haproxy.cfg`);
  const said = await askTandemd(context, ["parse", "--haproxy", path]);
  if (said.status !== 0) return [];
  return lintFiles(syntaxSchema.parse(JSON.parse(said.stdout.replaceAll(`${folder}/`, ""))));
}

async function checkOne(release: Release, folder: string): Promise<readonly Problem[]> {
  // Users, folders and files of this machine say nothing about the hosts; there it is asked again.
  const argv = ["check", "--json", "--alone"];
  for (const name of ["haproxy.cfg", "keepalived.conf"] as const) {
    const file = release.files[name];
    if (file === undefined) continue;
    const path = join(folder, `${release.node}.${name}`);
    writeFileSync(path, file.text.replace(/@@secret:[^@]+@@/g, "x"));
    argv.push(name === "haproxy.cfg" ? "--haproxy" : "--keepalived", path);
  }
  const stdout = await new Promise<string>((resolve, reject) => {
    execFile(binaryFile, argv, { timeout: 10_000 }, (error, out) => {
      if (error !== null && out === "") reject(error);
      else resolve(out);
    });
  });
  return daemonFindings
    .parse(JSON.parse(stdout))
    .filter((d) => d.severity === "error" || d.severity === "warning")
    .map((d) => toProblem(d, release, folder));
}

function toProblem(d: DaemonFinding, release: Release, folder: string): Problem {
  const file = d.file?.replace(`${folder}/`, "") ?? release.node;
  return {
    code: "CLI_DAEMON_REFUSES",
    severity: d.severity === "error" ? "error" : "warning",
    message: `tandemd ${d.code}: ${d.message}`,
    where: {
      kind: "file",
      file,
      ...(typeof d.line === "number" ? { line: d.line } : {}),
      ...(typeof d.column === "number" ? { column: d.column } : {}),
    },
    ...(typeof d.suggestion === "string" ? { hint: d.suggestion } : {}),
  };
}
