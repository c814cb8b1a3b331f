import type { CommandResult, Connection, RunOptions, Shell } from "../host.ts";
import { connect, type Link } from "./connect.ts";
import { execute } from "./exec.ts";

/** sshd's MaxSessions is 10 by default; some are left for ending commands and for a lock. */
const MAX_CHANNELS = 7;

/**
 * Commands over one pooled connection: opened by the first command, reopened by the next one
 * after it broke, closed by `close`. A command is never repeated by itself.
 */
export class SshShell implements Shell {
  readonly name: string;
  readonly #connection: Connection;
  #link: Promise<Link> | undefined;
  #free = MAX_CHANNELS;
  readonly #waiting: (() => void)[] = [];

  constructor(connection: Connection) {
    this.name = connection.name;
    this.#connection = connection;
  }

  async run(argv: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
    await this.#take();
    try {
      const link = await this.#open(options.signal);
      return await execute(this.#connection, link, argv, options);
    } finally {
      this.#give();
    }
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#link = undefined;
    // A connection that could not be opened needs no closing; its caller has the error.
    const opened = await link?.catch(() => undefined);
    await opened?.close();
  }

  #open(signal: AbortSignal | undefined): Promise<Link> {
    if (this.#link !== undefined) return this.#link;
    const link = connect(this.#connection, signal);
    this.#link = link;
    const forget = () => {
      if (this.#link === link) this.#link = undefined;
    };
    link.then((opened) => opened.closed.then(forget), forget);
    return link;
  }

  async #take(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
