import { buildCommand } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { every, json, pair, stackOnly } from "../flags.ts";

export interface StatusFlags {
  readonly pair?: string;
  readonly watch: boolean;
  readonly every: number;
  readonly json: boolean;
}

export const status = buildCommand<StatusFlags, [string], CliContext>({
  docs: {
    brief:
      "Show all pairs as they are: who holds which address, servers, load; exit 1 when something is not well",
    fullDescription:
      "Asks the daemon of every host over SSH, all at once; changes nothing.\n" +
      "--watch asks again and again until Ctrl-C: on a terminal in place, elsewhere one block after the other.",
  },
  parameters: {
    flags: {
      pair,
      watch: { kind: "boolean", brief: "Stay, and show what changes", default: false, withNegated: false },
      every,
      json,
    },
    positional: stackOnly,
  },
  loader: async () => (await import("../actions/status.ts")).statusAction,
});
