import { buildCommand } from "@stricli/core";
import type { CliContext } from "../context.ts";

export interface StatusFlags {
  readonly pair?: string;
  readonly watch: boolean;
  readonly every: number;
  readonly json: boolean;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0.2 && value <= 3600)) throw new RangeError("seconds are a number from 0.2 to 3600");
  return value;
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
      pair: { kind: "parsed", parse: String, brief: "Only this pair", optional: true },
      watch: { kind: "boolean", brief: "Stay, and show what changes", default: false, withNegated: false },
      every: { kind: "parsed", parse: seconds, brief: "Seconds between two looks", default: "2" },
      json: { kind: "boolean", brief: "Print JSON on stdout", default: false, withNegated: false },
    },
    positional: {
      kind: "tuple",
      parameters: [
        {
          brief: "Stack: a file that exports `stack`, or its name under stacks/",
          placeholder: "stack",
          parse: String,
        },
      ],
    },
  },
  loader: async () => (await import("../actions/status.ts")).statusAction,
});
