import { createInterface } from "node:readline/promises";
import type { CliContext } from "./context.ts";

/** What somebody at the terminal answers; undefined where nobody is, or who is there leaves by Ctrl-C or Ctrl-D. */
export async function askAtTerminal(context: CliContext, question: string): Promise<string | undefined> {
  if (!context.printer.live || !process.stdin.isTTY || context.signal.aborted) return undefined;
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve) => {
      // A prompt that is left never answers, and a process that waits for nothing else would just end.
      prompt.once("close", () => resolve(undefined));
      // It takes the key for itself; to the process it is the interrupt that it always is.
      prompt.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
      prompt
        .question(`${question} [y/N] `, { signal: context.signal })
        .then(resolve, () => resolve(undefined));
    });
  } finally {
    prompt.close();
  }
}

export const isYes = (answer: string | undefined): boolean => /^y(es)?$/i.test(answer?.trim() ?? "");
