import { randomBytes } from "node:crypto";
import type { TandemError } from "../../diagnostics/index.ts";
import type { Connection } from "../host.ts";
import { hostError } from "../problem.ts";
import { quote } from "../quote.ts";
import { endpoint } from "./failure.ts";

/**
 * Runs the rest of the line with the paths of a root login (sshd's default has no sbin) and in a
 * locale whose messages are known. The mark on standard error, with the process id, tells that the
 * command itself runs now: what came before is sudo's, what comes after is the command's.
 */
const START =
  'mark=$1; shift; PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; LC_ALL=C; export PATH LC_ALL; printf "%s %s\\n" "$mark" "$$" >&2; exec "$@"';

export interface RootCommand {
  readonly line: string;
  readonly dialogue: Dialogue;
}

/** The command line that runs argv as root for this connection, and the talk with sudo before it. */
export function asRoot(connection: Connection, argv: readonly string[]): RootCommand {
  const token = randomBytes(9).toString("hex");
  const mark = `tandem-start-${token}`;
  const prompt = `tandem-sudo-${token}: `;
  const start = ["sh", "-c", START, "tandem", mark, ...argv];
  const password = connection.sudo?.password;
  const dialogue = new Dialogue(connection, { mark, prompt, password });
  if (connection.user === "root") return { line: quote(start), dialogue };
  // -k: always ask, so that a cached ticket cannot leave the password in the command's input.
  const sudo = password === undefined ? ["sudo", "-n", "--"] : ["sudo", "-k", "-S", "-p", prompt, "--"];
  return { line: quote([...sudo, ...start]), dialogue };
}

type Event =
  | { readonly kind: "password"; readonly password: string }
  | { readonly kind: "started" }
  | { readonly kind: "refused"; readonly error: TandemError };

/** Follows standard error until the command has started; standard input is held back until then. */
export class Dialogue {
  readonly #connection: Connection;
  readonly #expect: { readonly mark: string; readonly prompt: string; readonly password: string | undefined };
  #pid: number | undefined;
  #asked = false;
  #preamble = "";
  #stderr = "";

  constructor(
    connection: Connection,
    expect: { readonly mark: string; readonly prompt: string; readonly password: string | undefined },
  ) {
    this.#connection = connection;
    this.#expect = expect;
  }

  get started(): boolean {
    return this.#pid !== undefined;
  }

  /** Process id of the command on the host, once it has started. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /** What the command itself wrote to standard error. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Takes a piece of standard error; returns what to do about it. */
  take(piece: string): readonly Event[] {
    if (this.started) {
      this.#stderr += piece;
      return [];
    }
    this.#preamble += piece;
    const events: Event[] = [];
    const { mark, prompt, password } = this.#expect;
    if (this.#preamble.includes(prompt)) {
      this.#preamble = this.#preamble.replace(prompt, "");
      if (password === undefined || this.#asked) events.push({ kind: "refused", error: this.refusal() });
      else events.push({ kind: "password", password });
      this.#asked = true;
    }
    const at = this.#preamble.indexOf(`${mark} `);
    const end = at < 0 ? -1 : this.#preamble.indexOf("\n", at);
    if (end >= 0) {
      this.#pid = Number(this.#preamble.slice(at + mark.length + 1, end));
      this.#stderr = this.#preamble.slice(end + 1);
      events.push({ kind: "started" });
    }
    return events;
  }

  /** Why the command never started. */
  refusal(): TandemError {
    const { user, name } = this.#connection;
    const said = this.#preamble.trim().split("\n").at(-1) ?? "";
    const wrong = this.#asked
      ? `sudo refused the password of ${user}`
      : `${user} may not become root without a password`;
    const message = user === "root" ? `no command runs on ${endpoint(this.#connection)}` : wrong;
    return hostError(name, "HOST_NO_SUDO", said === "" ? message : `${message}: ${said}`, {
      why: "installing the service, its files and kernel parameters needs root",
      hint: `allow it in sudoers (${user} ALL=(ALL) NOPASSWD: ALL), give ssh.sudo.password, or connect as root`,
    });
  }
}

/** Ends everything in the process group of a command; its number is of a live process of ours or of none. */
const KILL = 'read -r _ _ _ _ group _ <"/proc/$1/stat" && kill -TERM -- "-$group"';

/** argv that ends a command, and what it started, whose caller has given up. */
export function killCommand(pid: number): readonly string[] {
  return ["sh", "-c", KILL, "tandem", String(pid)];
}
