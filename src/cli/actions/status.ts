import { setTimeout as sleep } from "node:timers/promises";
import { ExitCode } from "../../diagnostics/index.ts";
import type { CliContext } from "../context.ts";
import { closePairs, openPairs } from "../pair-hosts.ts";
import type { StatusFlags } from "../status/commands.ts";
import { troubles } from "../status/judge.ts";
import { lines } from "../status/lines.ts";
import { look, type Seen } from "../status/look.ts";

/** All pairs as they are, once or again and again; exit 1 when something is not well. */
export async function statusAction(this: CliContext, flags: StatusFlags, name: string): Promise<void> {
  const pairs = await openPairs(this, name, flags.pair);
  try {
    let before: Seen | undefined;
    for (;;) {
      const seen = await look(pairs);
      show(this, flags, seen, before);
      before = seen;
      if (!flags.watch) {
        if (seen.pairs.some((pair) => troubles(pair).length > 0)) this.endWith(ExitCode.failed);
        return;
      }
      await sleep(flags.every * 1000, undefined, { signal: this.signal }).catch(() => undefined);
      if (this.signal.aborted) return;
    }
  } finally {
    await closePairs(pairs);
  }
}

/** Home, and nothing of what stood there before. */
const CLEAR = "\x1b[H\x1b[J";

function show({ printer }: CliContext, flags: StatusFlags, seen: Seen, before: Seen | undefined): void {
  if (flags.json) {
    const pairs = seen.pairs.map((pair) => ({ ...pair, troubles: troubles(pair) }));
    printer.json({ at: seen.at, pairs });
    return;
  }
  const time = new Date(seen.at).toISOString().slice(11, 19);
  const text = lines(seen, before, printer.colors);
  if (!flags.watch) for (const line of text) printer.line(line);
  else if (printer.live)
    printer.line([`${CLEAR}${printer.colors.dim(`${time} UTC, Ctrl-C ends`)}`, "", ...text].join("\n"));
  else printer.line([`${time} UTC`, ...text, ""].join("\n"));
}
