import { buildCommand } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { every, json, pair, stackOnly } from "../flags.ts";

export interface TopFlags {
  readonly pair?: string;
  readonly once: boolean;
  readonly every: number;
  readonly json: boolean;
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
      pair,
      once: { kind: "boolean", brief: "Print one look and end", default: false, withNegated: false },
      every,
      json,
    },
    positional: stackOnly,
  },
  loader: async () => (await import("../actions/top.ts")).topAction,
});
