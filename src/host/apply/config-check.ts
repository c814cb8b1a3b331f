import type { Problem } from "../../diagnostics/index.ts";
import type { Release, ReleaseFileName, SecretValues } from "../../render/index.ts";
import { maskSecrets } from "../compare/secrets.ts";
import { type DaemonFinding, daemonFindings } from "../daemon-findings.ts";
import { hostProblem } from "../problem.ts";

/**
 * The daemon's own errors, at the lines of the rendered files and with secrets taken out, but for those that are
 * `known`; of files that it takes, what it warns of their certificates.
 */
export function checkProblems(
  host: string,
  release: Release,
  secrets: SecretValues,
  exitCode: string,
  output: string,
  known: (code: string, message: string) => boolean = () => false,
): readonly Problem[] {
  const all = parseDiagnostics(output);
  if (exitCode === "0") return certificateWarnings(host, all ?? []);
  const parsed = all?.some(({ severity }) => severity === "error") ? all : undefined;
  if (parsed === undefined) {
    const said = maskSecrets(output.trim(), undefined, secrets);
    return [hostProblem(host, "HOST_CONFIG_REFUSED", `tandemd check failed: ${said}`, { why: REFUSED })];
  }
  const errors = parsed.filter(
    ({ severity, code, message }) => severity === "error" && !known(code, message),
  );
  if (errors.length === 0) return certificateWarnings(host, parsed);
  return errors.map((diagnostic) => {
    const name = (diagnostic.file ?? "").split("/").at(-1) ?? "";
    const wanted = release.files[name as ReleaseFileName]?.text;
    const mask = (line: string) => maskSecrets(line, wanted, secrets);
    const { line, column } = diagnostic;
    return {
      code: "HOST_CONFIG_REFUSED",
      severity: "error",
      message: mask(`${diagnostic.message} [${diagnostic.code}]`),
      where: {
        kind: "file",
        file: `${host}:${name}`,
        ...(line == null ? {} : { line }),
        ...(column == null ? {} : { column }),
      },
      why: [
        diagnostic.code.startsWith("host/") ? LACKING : REFUSED,
        ...caret(diagnostic.source, diagnostic, mask),
      ].join("\n    "),
      ...(diagnostic.suggestion == null ? {} : { hint: mask(diagnostic.suggestion) }),
    } satisfies Problem;
  });
}

/** Of files that only the host has: the rest was told before, of the definition. */
function certificateWarnings(host: string, findings: readonly DaemonFinding[]): readonly Problem[] {
  return findings
    .filter(({ severity, code }) => severity === "warning" && code.startsWith("host/certificate"))
    .map(({ message, suggestion }) =>
      hostProblem(host, "HOST_CERTIFICATE", message, {
        severity: "warning",
        ...(suggestion == null ? {} : { hint: suggestion }),
      }),
    );
}

const REFUSED = "the daemon would refuse this configuration; the host keeps the one it has";

const LACKING =
  "the files name something that the host does not have, so the service would not take them over; the host keeps what it has";

function parseDiagnostics(output: string): readonly DaemonFinding[] | undefined {
  try {
    return daemonFindings.parse(JSON.parse(output));
  } catch {
    return undefined;
  }
}

/** The line itself, with a mark below the wrong part as long as no secret moved it. */
function caret(
  source: string | null | undefined,
  {
    column,
    length,
  }: { readonly column?: number | null | undefined; readonly length?: number | null | undefined },
  mask: (line: string) => string,
): readonly string[] {
  if (source == null || source === "") return [];
  const shown = mask(source);
  if (shown !== source || column == null) return [shown];
  return [shown, `${" ".repeat(Math.max(0, column - 1))}${"^".repeat(Math.max(1, length ?? 1))}`];
}
