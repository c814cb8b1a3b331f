import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Lab } from "../index.ts";

export interface ClientTally {
  readonly asked: number;
  readonly failed: number;
  /** Pages by the server that made them. */
  readonly servers: Readonly<Record<string, number>>;
  /** The first twenty: when it was asked, and why there was no answer. */
  readonly failures: readonly string[];
  readonly lastFailure: string;
  /** Longest time between two answers, milliseconds, and when it ended. */
  readonly longestGapMs: number;
  readonly gapEnded: string;
}

/** How requests were lost, in a sentence: the cause is looked for in the journals of that time. */
export function losses(tally: ClientTally): string {
  const gap = `longest time without an answer ${tally.longestGapMs.toFixed(0)} ms until ${tally.gapEnded}`;
  return `${tally.failed} of ${tally.asked}, ${gap}; last: ${tally.lastFailure}; first: ${tally.failures.join(", ")}`;
}

/** A client in the lab that keeps asking for a page, from its own network namespace, until told to stop. */
export class AskingClient {
  readonly #child: ChildProcess;
  readonly #result: Promise<ClientTally>;

  constructor(lab: Lab, url: string, intervalMs = 5) {
    const program = fileURLToPath(new URL("./ask.mjs", import.meta.url));
    this.#child = lab.spawnInNetwork("client", [process.execPath, program, url, String(intervalMs)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#result = this.#read();
    // Whoever stops it sees the failure; until then it must not end the process.
    this.#result.catch(() => undefined);
  }

  async #read(): Promise<ClientTally> {
    const { stdout } = this.#child;
    if (stdout === null) throw new Error("the client has no output");
    for await (const line of createInterface({ input: stdout })) return JSON.parse(line) as ClientTally;
    throw new Error("the client ended without a tally");
  }

  /** Ends it and returns what it saw. */
  stop(): Promise<ClientTally> {
    this.#child.stdin?.end();
    return this.#result;
  }
}
