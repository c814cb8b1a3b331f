import type { Duplex } from "node:stream";
import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import type { TandemError } from "../../diagnostics/index.ts";
import type { Connection } from "../host.ts";
import { authMethods } from "./authentication.ts";
import { inTurn } from "./crowd.ts";
import { connectFailure, timedOut, unreachable } from "./failure.ts";
import { type HostKeyCheck, hostKeyCheck } from "./host-key.ts";

/** Milliseconds for TCP, key exchange and authentication together, when the stack gives none. */
const CONNECT_TIMEOUT = 10_000;
/** A dead peer is noticed after three unanswered questions, within this many milliseconds. */
const SILENCE = 15_000;
const QUESTIONS = 3;

/** Algorithms by the key type that known_hosts names. */
const ALGORITHMS: readonly (readonly [type: string, algorithms: readonly ServerHostKeyAlgorithm[]])[] = [
  ["ssh-ed25519", ["ssh-ed25519"]],
  ["ecdsa-sha2-nistp256", ["ecdsa-sha2-nistp256"]],
  ["ecdsa-sha2-nistp384", ["ecdsa-sha2-nistp384"]],
  ["ecdsa-sha2-nistp521", ["ecdsa-sha2-nistp521"]],
  ["ssh-rsa", ["rsa-sha2-512", "rsa-sha2-256"]],
];

/** An authenticated connection, with the jump host's below it. */
export interface Link {
  readonly client: Client;
  /** Settles when the connection has gone, however that came. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a connection: jump host first, host key verified before anything is sent, then the
 * authentication methods in order. Throws TandemError (HOST_UNREACHABLE, HOST_KEY_UNKNOWN,
 * HOST_KEY_MISMATCH, HOST_KEY_FILE, HOST_AUTH_FAILED).
 */
export async function connect(connection: Connection, signal?: AbortSignal): Promise<Link> {
  signal?.throwIfAborted();
  const check = hostKeyCheck(connection);
  const methods = authMethods(connection);
  const attempts = keyTypeOrders(connection, check);
  let failure: TandemError | undefined;
  for (const serverHostKey of attempts) {
    const jump = connection.jump === undefined ? undefined : await connect(connection.jump, signal);
    try {
      return await open(connection, { check, methods, serverHostKey, jump, signal });
    } catch (error) {
      await jump?.close();
      failure ??= error as TandemError;
      // A later attempt may also fail because the server has no key of that type.
      if (failure.code !== "HOST_KEY_MISMATCH") throw failure;
    }
  }
  throw failure ?? unreachable(connection, "offers no host key of a supported type");
}

/**
 * Known types first, as the server may have keys of several types. A pinned fingerprint does not
 * tell its type, so there each type is asked for in turn.
 */
function keyTypeOrders(
  connection: Connection,
  check: HostKeyCheck,
): readonly (readonly ServerHostKeyAlgorithm[])[] {
  const all = ALGORITHMS.flatMap(([, algorithms]) => algorithms);
  if (connection.hostKey.kind === "pinned")
    return [all, ...ALGORITHMS.slice(1).map(([, algorithms]) => algorithms)];
  const known = ALGORITHMS.flatMap(([type, algorithms]) =>
    check.knownTypes.includes(type) ? algorithms : [],
  );
  return [[...known, ...all.filter((algorithm) => !known.includes(algorithm))]];
}

interface Attempt {
  readonly check: HostKeyCheck;
  readonly methods: ReturnType<typeof authMethods>;
  readonly serverHostKey: readonly ServerHostKeyAlgorithm[];
  readonly jump: Link | undefined;
  readonly signal: AbortSignal | undefined;
}

async function open(connection: Connection, attempt: Attempt): Promise<Link> {
  const timeout = connection.timeouts?.connect ?? CONNECT_TIMEOUT;
  const sock = attempt.jump === undefined ? undefined : await forward(connection, attempt.jump, timeout);
  const client = new ssh2.Client();
  const closed = new Promise<void>((resolve) => client.once("close", resolve));
  // Behind a jump host addresses are those of its network.
  const { jump, address, port } = connection;
  const server = `${jump === undefined ? "" : `${jump.address}:${jump.port} `}${address}:${port}`;
  await inTurn(server, () => handshake(client, connection, attempt, { timeout, sock }), attempt.signal);
  return {
    client,
    closed,
    close: async () => {
      client.end();
      await closed;
      await attempt.jump?.close();
    },
  };
}

function handshake(
  client: Client,
  connection: Connection,
  { check, methods, serverHostKey, signal }: Attempt,
  { timeout, sock }: { readonly timeout: number; readonly sock: Duplex | undefined },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let key: Buffer | undefined;
    let verdict: TandemError | undefined;
    const fail = (error: unknown) => {
      clearTimeout(deadline);
      signal?.removeEventListener("abort", abort);
      client.on("error", () => undefined);
      client.destroy();
      reject(error);
    };
    const abort = () => fail(signal?.reason);
    const deadline = setTimeout(() => fail(timedOut(connection, timeout)), timeout);
    signal?.addEventListener("abort", abort, { once: true });
    client.on("error", (error) => {
      // An agent that has no fitting key is one method that failed, not the end.
      if ((error as { level?: string }).level === "agent") return;
      fail(verdict ?? connectFailure(connection, error, timeout));
    });
    client.once("close", () =>
      fail(verdict ?? unreachable(connection, "closed the connection during the handshake")),
    );
    client.once("ready", () => {
      clearTimeout(deadline);
      signal?.removeEventListener("abort", abort);
      const refused = key === undefined ? undefined : check.accept(key);
      if (refused !== undefined) fail(refused);
      else resolve();
    });
    const config: ConnectConfig = {
      host: connection.address,
      port: connection.port,
      username: connection.user,
      authHandler: methods,
      algorithms: { serverHostKey: [...serverHostKey] },
      readyTimeout: timeout,
      keepaliveInterval: (connection.timeouts?.silence ?? SILENCE) / QUESTIONS,
      keepaliveCountMax: QUESTIONS,
      hostVerifier: (shown: Buffer) => {
        key = shown;
        verdict = check.verify(shown);
        return verdict === undefined;
      },
      ...(sock === undefined ? {} : { sock }),
    };
    client.connect(config);
  });
}

/** A stream through the jump host to the node's sshd. */
function forward(connection: Connection, jump: Link, timeout: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(timedOut(connection, timeout)), timeout);
    jump.client.forwardOut("127.0.0.1", 0, connection.address, connection.port, (error, channel) => {
      clearTimeout(deadline);
      if (error)
        reject(unreachable(connection, `cannot be reached from the jump host: ${error.message}`, error));
      else resolve(channel);
    });
  });
}
