import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import type { CommandResult, Connection, RunOptions } from "../host.ts";
import { hostError } from "../problem.ts";
import { asRoot, type Dialogue, killCommand } from "./become-root.ts";
import type { Link } from "./connect.ts";
import { connectionLost } from "./failure.ts";

/** Milliseconds for one command, when neither the call nor the stack gives any. */
const COMMAND_TIMEOUT = 60_000;
const KILL_TIMEOUT = 3_000;
/** Milliseconds of the longest pause before a session is asked for again. */
const CHANNEL_PATIENCE = 1_500;

/**
 * Runs argv as root over an open connection. A non-zero exit is a result. Throws TandemError:
 * HOST_NO_SUDO when root cannot be had, HOST_COMMAND_TIMEOUT, HOST_CONNECTION_LOST.
 */
export async function execute(
  connection: Connection,
  link: Link,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  options.signal?.throwIfAborted();
  const { line, dialogue } = asRoot(connection, argv);
  const timeout = options.timeout ?? connection.timeouts?.command ?? COMMAND_TIMEOUT;
  const tooLate = () => commandTimeout(connection, argv, timeout);
  const opening = openChannel(connection, link, line);
  const { channel, ended } = await inTime(opening, timeout, tooLate, options.signal);
  // Why the command is no longer waited for, once that is so.
  let givenUp: { readonly error: unknown } | undefined;
  return new Promise<CommandResult>((resolve, reject) => {
    const giveUp = (error: unknown) => {
      if (givenUp !== undefined) return;
      givenUp = { error };
      void killed(connection, link, dialogue.pid).then(() => {
        end(channel);
        reject(error);
      });
    };
    const abort = () => giveUp(options.signal?.reason);
    const deadline = setTimeout(() => giveUp(tooLate()), timeout);
    options.signal?.addEventListener("abort", abort, { once: true });
    // While the session was opened nobody listened.
    if (options.signal?.aborted) abort();
    // Half an input must not look like a whole one to the command.
    if (options.stdin instanceof Readable) options.stdin.once("error", giveUp);
    converse(channel, dialogue, options, giveUp);
    outcome(connection, { channel, ended }, dialogue, options.onStdout)
      .then(
        (result) => givenUp === undefined && resolve(result),
        (error) => reject(givenUp?.error ?? error),
      )
      .finally(() => {
        clearTimeout(deadline);
        options.signal?.removeEventListener("abort", abort);
        if (options.stdin instanceof Readable) options.stdin.unpipe(channel);
      });
  });
}

/** Talks with sudo until the command runs, then feeds it its input. */
function converse(
  channel: ClientChannel,
  dialogue: Dialogue,
  { stdin }: RunOptions,
  giveUp: (error: unknown) => void,
): void {
  const decoder = new TextDecoder();
  channel.stderr.on("data", (chunk: Buffer) => {
    for (const event of dialogue.take(decoder.decode(chunk, { stream: true }))) {
      if (event.kind === "password") channel.write(`${event.password}\n`);
      else if (event.kind === "refused") giveUp(event.error);
      else if (stdin instanceof Readable) stdin.pipe(channel);
      else channel.end(stdin);
    }
  });
}

/** How the command ended, when it ends by itself. */
function outcome(
  connection: Connection,
  { channel, ended }: Session,
  dialogue: Dialogue,
  onStdout: RunOptions["onStdout"],
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    channel.on("data", (chunk: Buffer) => {
      stdout.push(chunk);
      onStdout?.(chunk);
    });
    // A command that ends before it has read all its input is told by its exit code.
    channel.on("error", () => undefined);
    channel.on("close", () => {
      const { exitCode, signalled } = ended;
      if (exitCode === undefined && signalled === undefined) return reject(connectionLost(connection));
      if (!dialogue.started) return reject(dialogue.refusal());
      // As a shell reports a signal; its number is not transmitted, its name is.
      const stderr = signalled === undefined ? dialogue.stderr : `${dialogue.stderr}killed by ${signalled}\n`;
      resolve({ exitCode: exitCode ?? 255, stdout: Buffer.concat(stdout), stderr });
    });
  });
}

/** An open session, and how its command ended once that is known. */
interface Session {
  readonly channel: ClientChannel;
  readonly ended: { exitCode?: number; signalled?: string };
}

/** The session, unless nobody waits for it any more; one that comes after that is closed. */
async function inTime(
  opening: Promise<Session>,
  timeout: number,
  tooLate: () => unknown,
  signal: AbortSignal | undefined,
): Promise<Session> {
  const over = new AbortController();
  const given = new Promise<never>((_, reject) => {
    const deadline = setTimeout(() => reject(tooLate()), timeout);
    over.signal.addEventListener("abort", () => clearTimeout(deadline), { once: true });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true, signal: over.signal });
  });
  try {
    return await Promise.race([opening, given]);
  } catch (error) {
    void opening.then(
      ({ channel }) => end(channel),
      () => undefined,
    );
    throw error;
  } finally {
    over.abort();
  }
}

/** RFC 4254, 5.1: what sshd answers while it still counts a session that has just ended. */
const CONNECT_FAILED = 2;

/** A session; nothing has run when this fails, so being one too many for a moment is waited out. */
async function openChannel(connection: Connection, link: Link, line: string): Promise<Session> {
  for (let pause = 20; ; pause *= 2) {
    try {
      return await tryChannel(link, line);
    } catch (error) {
      const busy = (error as { reason?: number } | undefined)?.reason === CONNECT_FAILED;
      if (!busy || pause > CHANNEL_PATIENCE) throw connectionLost(connection, error);
      await sleep(pause);
    }
  }
}

function tryChannel(link: Link, line: string): Promise<Session> {
  return new Promise((resolve, reject) => {
    void link.closed.then(reject);
    try {
      link.client.exec(line, (error, channel) => {
        if (error) return reject(error);
        const ended: Session["ended"] = {};
        // A quick command's exit can arrive in the same packet as the session itself: who listens only
        // after the promise has settled misses it.
        channel.on("exit", (code: number | null, name?: string) => {
          if (code !== null) ended.exitCode = code;
          if (name !== undefined) ended.signalled = name;
        });
        resolve({ channel, ended });
      });
    } catch (error) {
      reject(error);
    }
  });
}

/** Sends the signal on the host: sshd may not signal what sudo started, and it would keep its channel. */
async function killed(connection: Connection, link: Link, pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  // When this fails too, the connection has gone: the caller's own error says more.
  await execute(connection, link, killCommand(pid), { timeout: KILL_TIMEOUT }).catch(() => undefined);
}

/** Ends a command that is no longer waited for; closing its input ends what ignores the signal. */
function end(channel: ClientChannel): void {
  try {
    channel.signal("TERM");
    channel.close();
  } catch {
    // The connection has gone, and the command with it.
  }
}

function commandTimeout(connection: Connection, argv: readonly string[], timeout: number): unknown {
  return hostError(
    connection.name,
    "HOST_COMMAND_TIMEOUT",
    `${argv[0] ?? "command"} did not finish within ${timeout / 1000} s`,
    {
      why: "what it did on the host is not known; an armed rollback reverts by itself",
      hint: "look at the load of the host, or raise ssh.timeouts.command in the stack",
    },
  );
}
