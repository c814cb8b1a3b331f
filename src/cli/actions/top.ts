import { stdin, stdout } from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import type { CliContext } from "../context.ts";
import { closePairs, openPairs, type PairHosts } from "../pair-hosts.ts";
import type { TopFlags } from "../top/commands.ts";
import { picture, screen } from "../top/draw.ts";
import { type Look, lookAtAll } from "../top/look.ts";
import { takeTerminal } from "../top/terminal.ts";
import { firstView, pressed } from "../top/view.ts";

/** All pairs at work: a picture that stays current on a terminal, one look elsewhere. */
export async function topAction(this: CliContext, flags: TopFlags, name: string): Promise<void> {
  const pairs = await openPairs(this, name, flags.pair);
  try {
    const out: object = this.process.stdout;
    const live = "isTTY" in out && out.isTTY === true && stdin.isTTY === true;
    if (live && !flags.once && !flags.json) return await stay(this, flags, pairs);
    const look = await lookAtAll(pairs, this.signal);
    if (flags.json) this.printer.json(look);
    else for (const line of picture(look, firstView, this.printer.colors)) this.printer.data(line);
  } finally {
    await closePairs(pairs);
  }
}

async function stay(context: CliContext, flags: TopFlags, pairs: readonly PairHosts[]): Promise<void> {
  const leave = new AbortController();
  const signal = AbortSignal.any([context.signal, leave.signal]);
  let view = firstView;
  let look: Look | undefined;
  const redraw = (): void => {
    if (look === undefined) return;
    const drawn = screen(look, view, terminal.size(), context.printer.colors);
    view = { ...view, top: drawn.top };
    terminal.draw(drawn.text);
  };
  const terminal = takeTerminal(
    { keys: stdin, canvas: stdout, exits },
    {
      key: (key) => {
        view = pressed(view, key, terminal.size().rows - 3);
        if (view.quit) leave.abort();
        else redraw();
      },
      resize: redraw,
    },
  );
  try {
    while (!signal.aborted) {
      if (!view.paused || look === undefined) {
        look = await lookAtAll(pairs, signal);
        redraw();
      }
      await sleep(flags.every * 1000, undefined, { signal }).catch(() => undefined);
    }
  } catch (cause) {
    // A look that leaving broke off is none that failed.
    if (!signal.aborted) throw cause;
  } finally {
    terminal.restore();
  }
}

const exits = {
  on: (event: string, take: () => void) => process.on(event, take),
  off: (event: string, take: () => void) => process.off(event, take),
  die: (signal: NodeJS.Signals) => process.kill(process.pid, signal),
};
