import { buildCommand } from "@stricli/core";
import type { CliContext } from "../context.ts";

export interface TopFlags {
  readonly pair?: string;
  readonly once: boolean;
  readonly every: number;
  readonly json: boolean;
}

function seconds(text: string): number {
  const value = Number(text);
  if (!(value >= 0.2 && value <= 3600)) throw new RangeError("seconds are a number from 0.2 to 3600");
  return value;
}

export const top = buildCommand<TopFlags, [string], CliContext>({
  docs: {
    brief:
      "Watch frontends, backends and servers of all pairs in the terminal: rates, sessions, queues, times",
    fullDescription:
      "Asks every host over SSH, all at once; changes nothing. Queues, rates and times come from the runtime socket\n" +
      "(proxy.runtimeSocket), without one the rest from the daemon's status.\n" +
      "Keys: q quits, s orders, / filters, p pauses, arrows scroll. Without a terminal, and with --once, one look.",
  },
  parameters: {
    flags: {
      pair: { kind: "parsed", parse: String, brief: "Only this pair", optional: true },
      once: { kind: "boolean", brief: "Print one look and end", default: false, withNegated: false },
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
  loader: async () => (await import("../actions/top.ts")).topAction,
});
