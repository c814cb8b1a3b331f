import { type Application, buildApplication, buildRouteMap, text_en } from "@stricli/core";
import { ExitCode, TandemError } from "../diagnostics/index.ts";
import { commands } from "./commands.ts";
import type { CliContext } from "./context.ts";

/** Turns whatever a command threw into the text that the reader sees. */
function describeFailure(failure: unknown): string {
  if (failure instanceof TandemError) {
    const codes = [...new Set(failure.problems.map((p) => p.code))].slice(0, 3);
    const more = codes.map((code) => `tandem explain ${code}`).join("  ·  ");
    return `${failure.message}\n\nmore: ${more}`;
  }
  if (failure instanceof Error && failure.name === "AbortError") return "interrupted";
  // A defect of ours: the stack says where.
  const text = failure instanceof Error ? (failure.stack ?? failure.message) : String(failure);
  return `internal error, please report: ${text}`;
}

/** The `tandem` command line: routes, help and did-you-mean come from this data. */
export function createApp(version: string): Application<CliContext> {
  const root = buildRouteMap({
    routes: commands,
    docs: {
      brief: "Load-balancer pairs from typed TypeScript",
      fullDescription:
        "Checks, renders, previews and drills stack definitions.\n" +
        "`pulumi up`, `preview` and `destroy` work without it; it adds, never replaces.",
    },
  });
  return buildApplication(root, {
    name: "tandem",
    versionInfo: { currentVersion: version },
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { disableAnsiColor: true, useAliasInUsageLine: false },
    localization: {
      text: {
        ...text_en,
        exceptionWhileRunningCommand: describeFailure,
        commandErrorResult: describeFailure,
      },
    },
    determineExitCode: (failure) => (failure instanceof TandemError ? failure.exitCode : ExitCode.failed),
  });
}
