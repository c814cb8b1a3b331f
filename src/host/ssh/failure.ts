import type { TandemError } from "../../diagnostics/index.ts";
import type { Connection } from "../host.ts";
import { hostError, reasonOf } from "../problem.ts";

/** What system errors of connect(2) mean to a reader. */
const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection",
  EHOSTUNREACH: "cannot be reached: no route to host",
  ENETUNREACH: "cannot be reached: network is unreachable",
  ETIMEDOUT: "did not answer",
  ECONNRESET: "closed the connection",
  ENOTFOUND: "cannot be found: the name does not resolve",
  EAI_AGAIN: "cannot be found: the name server did not answer",
};

/** `address:port`, with brackets around an IPv6 address. */
export function endpoint({ address, port }: Pick<Connection, "address" | "port">): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

export function unreachable(connection: Connection, reason: string, cause?: unknown): TandemError {
  const via = connection.jump === undefined ? "" : ` (through ${endpoint(connection.jump)})`;
  return hostError(connection.name, "HOST_UNREACHABLE", `${endpoint(connection)}${via} ${reason}`, {
    why: "nothing was read from the host or changed on it",
    hint: "check the address, that sshd listens there and that no firewall is between",
    cause,
  });
}

export function timedOut(connection: Connection, milliseconds: number): TandemError {
  return unreachable(connection, `did not answer within ${milliseconds / 1000} s`);
}

/** An error of the SSH library or the socket, as what it means to the user. */
export function connectFailure(connection: Connection, error: unknown, connectTimeout: number): TandemError {
  const { code, level } = error as { code?: string; level?: string };
  if (level === "client-authentication") return refused(connection, error);
  if (level === "client-timeout") return timedOut(connection, connectTimeout);
  if (code !== undefined && code in NETWORK) return unreachable(connection, NETWORK[code] ?? code, error);
  return unreachable(connection, `failed in the SSH handshake: ${reasonOf(error)}`, error);
}

function refused(connection: Connection, cause: unknown): TandemError {
  const tried = connection.auth.map((auth) =>
    auth.kind === "privateKeyFile" ? `key ${auth.path}` : auth.kind,
  );
  return hostError(
    connection.name,
    "HOST_AUTH_FAILED",
    `${connection.user}@${endpoint(connection)} refused every way to authenticate (tried ${tried.join(", ")})`,
    {
      why: "nothing was read from the host or changed on it",
      hint: "put the public key into the user's authorized_keys, or correct user and keys in the node's ssh section",
      cause,
    },
  );
}

/** The connection broke while a command ran: what it did on the host is not known. */
export function connectionLost(connection: Connection, cause?: unknown): TandemError {
  return hostError(
    connection.name,
    "HOST_CONNECTION_LOST",
    `the connection to ${endpoint(connection)} broke`,
    {
      why: "whether the command on the host finished is not known; an armed rollback reverts by itself",
      hint: "run the command again when the host answers; every step is idempotent",
      cause,
    },
  );
}
