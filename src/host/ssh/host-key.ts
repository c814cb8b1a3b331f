import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { TandemError } from "../../diagnostics/index.ts";
import type { Connection } from "../host.ts";
import { hostError, reasonOf } from "../problem.ts";
import { quote } from "../quote.ts";
import {
  entriesFor,
  fingerprint,
  type KnownHost,
  keyType,
  knownHostLine,
  knownHostName,
  parseKnownHosts,
} from "./known-hosts.ts";

/** What to offer and how to judge the server's answer, for one connection attempt. */
export interface HostKeyCheck {
  /** Key types that we know of this server, to be asked for first; empty when none. */
  readonly knownTypes: readonly string[];
  /** Undefined when the key may be used, else the error to fail with. */
  verify(key: Buffer): TandemError | undefined;
  /** Called once the server has proved that it owns the key: records it where that is wished. */
  accept(key: Buffer): TandemError | undefined;
}

/** Reads what is known of the server. Throws TandemError when a named known_hosts file cannot be read. */
export function hostKeyCheck(connection: Connection): HostKeyCheck {
  const { hostKey } = connection;
  switch (hostKey.kind) {
    case "pinned":
      return {
        knownTypes: [],
        verify: (key) => verifyPinned(connection, hostKey.fingerprint, key),
        accept: () => undefined,
      };
    case "knownHosts":
      return checkAgainst(connection, knownHostFiles(connection, hostKey.path), undefined);
    case "trustOnFirstUse":
      return checkAgainst(connection, readIfThere(connection, hostKey.path), hostKey.path);
  }
}

function verifyPinned(connection: Connection, pinned: string, key: Buffer): TandemError | undefined {
  const wanted = pinned.replace(/=+$/, "");
  const seen = fingerprint(key);
  if (seen === wanted) return undefined;
  return mismatch(connection, key, `the stack pins ${wanted}`);
}

function checkAgainst(connection: Connection, text: string, recordIn: string | undefined): HostKeyCheck {
  const name = knownHostName(connection.address, connection.port);
  const entries = entriesFor(parseKnownHosts(text), name);
  const revoked = entries.filter((entry) => entry.marker === "@revoked");
  const trusted = entries.filter((entry) => entry.marker === undefined);
  return {
    knownTypes: [...new Set(trusted.map((entry) => entry.type))],
    verify: (key) => {
      if (has(revoked, key)) return mismatch(connection, key, "known_hosts marks this key as revoked");
      if (has(trusted, key)) return undefined;
      const [other] = trusted;
      if (other !== undefined) return mismatch(connection, key, `known_hosts has ${fingerprint(other.key)}`);
      return recordIn === undefined ? unknown(connection, name, key) : undefined;
    },
    accept: (key) =>
      recordIn === undefined || has(trusted, key)
        ? undefined
        : record(connection, recordIn, knownHostLine(name, key)),
  };
}

function has(entries: readonly KnownHost[], key: Buffer): boolean {
  return entries.some((entry) => entry.key.equals(key));
}

function record(connection: Connection, path: string, line: string): TandemError | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    appendFileSync(path, line, { mode: 0o600 });
    return undefined;
  } catch (error) {
    return hostError(
      connection.name,
      "HOST_KEY_FILE",
      `cannot record the host key in ${path}: ${reasonOf(error)}`,
      {
        why: "a key that is trusted on first use but not recorded would be trusted every time",
        hint: "name a known_hosts file that can be written",
        cause: error,
      },
    );
  }
}

function knownHostFiles(connection: Connection, path: string | undefined): string {
  if (path !== undefined) return readKnown(connection, path);
  const user = readIfThere(connection, join(homedir(), ".ssh", "known_hosts"));
  return `${user}\n${readIfThere(connection, "/etc/ssh/ssh_known_hosts")}`;
}

function readIfThere(connection: Connection, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
    throw unreadable(connection, path, error);
  }
}

function readKnown(connection: Connection, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw unreadable(connection, path, error);
  }
}

function unreadable(connection: Connection, path: string, error: unknown): TandemError {
  return hostError(
    connection.name,
    "HOST_KEY_FILE",
    `cannot read known_hosts file ${path}: ${reasonOf(error)}`,
    {
      why: "the host's key is verified against it",
      hint: "create the file with ssh-keyscan and compare the fingerprints, or pin the fingerprint in the stack",
      cause: error,
    },
  );
}

function mismatch(connection: Connection, key: Buffer, wanted: string): TandemError {
  const at = `${connection.address}:${connection.port}`;
  return hostError(
    connection.name,
    "HOST_KEY_MISMATCH",
    `${at} shows ${keyType(key)} host key ${fingerprint(key)}, but ${wanted}`,
    {
      why: "another machine may be answering at this address; nothing was sent to it",
      hint: `when the host was reinstalled, compare its key on its console (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub), then ${acceptance(connection, key)}`,
    },
  );
}

/** How to take up another key, once it is known to be the right one. */
function acceptance({ hostKey, address, port }: Connection, key: Buffer): string {
  if (hostKey.kind === "pinned")
    return `pin it: hostKey: { kind: "pinned", fingerprint: "${fingerprint(key)}" }`;
  const name = knownHostName(address, port);
  const file = hostKey.path === undefined ? "" : ` -f ${quote([hostKey.path])}`;
  const forget = `ssh-keygen -R ${quote([name])}${file}`;
  return hostKey.kind === "trustOnFirstUse"
    ? `forget the old one: ${forget}`
    : `put it in place of the old one: ${forget}, and add the line ${knownHostLine(name, key).trim()}`;
}

function unknown(connection: Connection, name: string, key: Buffer): TandemError {
  return hostError(
    connection.name,
    "HOST_KEY_UNKNOWN",
    `no known_hosts entry for ${name}, which shows ${keyType(key)} host key ${fingerprint(key)}`,
    {
      why: "without a known key another machine could pose as the host",
      hint: `compare the fingerprint on the host's console, then pin it: hostKey: { kind: "pinned", fingerprint: "${fingerprint(key)}" }, or add it to known_hosts`,
    },
  );
}
