import { buildCommand } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { json, worded } from "../flags.ts";

export interface DriftFlags {
  readonly stack?: string;
  readonly all: boolean;
  readonly watch?: number;
  readonly html?: string;
  readonly textfile?: string;
  readonly json: boolean;
}

const deployedStack = worded("Pulumi stack (default: the selected one)");

const seconds = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 86_400)
    throw new RangeError(`${text} is no number of seconds from 1 to 86400`);
  return value;
};

export const drift = buildCommand<DriftFlags, [], CliContext>({
  docs: {
    brief: "Compare what was last applied with the hosts as they are; exit 2 on drift",
    fullDescription:
      "Says what differs, since when and who may have done it, as far as the hosts know (docs/drift.md).\n" +
      "Nothing is changed. Secrets are masked; that one was changed shows.",
  },
  parameters: {
    flags: {
      stack: deployedStack,
      all: { kind: "boolean", brief: "All stacks of the project", default: false, withNegated: false },
      watch: {
        kind: "parsed",
        parse: seconds,
        brief: "Look again every so many seconds, and tell what changed",
        optional: true,
      },
      html: worded("Also write a page"),
      textfile: worded("Also write metrics for node_exporter's textfile collector"),
      json,
    },
    positional: { kind: "tuple", parameters: [] },
  },
  loader: async () => (await import("../actions/drift.ts")).driftAction,
});

export interface AdoptFlags {
  readonly stack?: string;
  readonly json: boolean;
}

export const adopt = buildCommand<AdoptFlags, [], CliContext>({
  docs: {
    brief: "Say what to write into the definition to keep what was changed on the hosts by hand; exit 2 then",
  },
  parameters: {
    flags: { stack: deployedStack, json },
    positional: { kind: "tuple", parameters: [] },
  },
  loader: async () => (await import("../actions/adopt.ts")).adoptAction,
});
