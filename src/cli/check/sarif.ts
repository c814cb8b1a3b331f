import { daemonCodes, explainCode, formatPath, type Problem } from "../../diagnostics/index.ts";

/** A finding as SARIF tells it; further places are those of the other node. */
export type SarifFinding = Omit<Problem, "severity"> & {
  readonly severity: Problem["severity"] | "note";
  readonly also?: readonly Problem["where"][];
};

/**
 * A log of SARIF 2.1.0 (OASIS standard), as code hosts and editors show it. `file`: where places of a
 * definition stand.
 */
export function sarifLog(findings: readonly SarifFinding[], file: string): object {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "tandem", rules: codes.map(ruleOf) } },
        columnKind: "unicodeCodePoints",
        results: findings.map((finding) => ({
          ruleId: finding.code,
          ruleIndex: codes.indexOf(finding.code),
          level: finding.severity,
          message: { text: textOf(finding) },
          locations: [location(finding.where, file)],
          ...(finding.also === undefined || finding.also.length === 0
            ? {}
            : { relatedLocations: finding.also.map((where, id) => ({ id, ...location(where, file) })) }),
          ...(finding.silenced === undefined
            ? {}
            : { suppressions: [{ kind: "external", justification: finding.silenced }] }),
        })),
      },
    ],
  };
}

function textOf({ message, why, hint }: SarifFinding): string {
  return [
    message,
    ...(why === undefined ? [] : [`why: ${why}`]),
    ...(hint === undefined ? [] : [`fix: ${hint}`]),
  ].join("\n");
}

function ruleOf(code: string): object {
  const known = explainCode(code);
  const daemons = daemonCodes[code];
  if (daemons !== undefined) return { id: code, shortDescription: { text: daemons } };
  if (known === undefined) return { id: code };
  return {
    id: code,
    shortDescription: { text: known.meaning },
    help: { text: `${known.fix}\n\nexample:\n${known.example}` },
  };
}

function location(where: Problem["where"], file: string): object {
  switch (where?.kind) {
    case "file":
      return {
        physicalLocation: {
          artifactLocation: { uri: uriOf(where.file) },
          ...(where.line === undefined
            ? {}
            : {
                region: {
                  startLine: where.line,
                  ...(where.column === undefined ? {} : { startColumn: where.column }),
                },
              }),
        },
      };
    case "path":
      return {
        physicalLocation: { artifactLocation: { uri: uriOf(file) } },
        logicalLocations: [{ fullyQualifiedName: formatPath(where.path), kind: "member" }],
      };
    case "host":
      return { logicalLocations: [{ fullyQualifiedName: where.host, kind: "resource" }] };
    case undefined:
      return { physicalLocation: { artifactLocation: { uri: uriOf(file) } } };
  }
}

const uriOf = (file: string): string =>
  (file.startsWith("/") ? "file://" : "") + file.split("/").map(encodeURIComponent).join("/");
