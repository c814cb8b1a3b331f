import type { Readable } from "node:stream";
import type { ByFile, Release, ReleaseFileName, SecretValues } from "../render/release.ts";
import type { FailedCopy } from "./apply/failed-copy.ts";
import type { DaemonStatus } from "./daemon-status.ts";
import type { Spoken } from "./skew.ts";

/** How to reach a node; part of no diff: only `address` identifies it. Secrets are plain here. */
export interface Connection {
  /** Name for messages, e.g. `lb-a`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly auth: readonly Authentication[];
  readonly hostKey: HostKeyPolicy;
  readonly jump?: Connection;
  /** Run as root through sudo when the user is not root. */
  readonly sudo?: { readonly password?: string };
  /** Milliseconds. `silence`: without a sign of life the connection is given up. */
  readonly timeouts?: { readonly connect?: number; readonly command?: number; readonly silence?: number };
}

export type Authentication =
  | { readonly kind: "privateKey"; readonly pem: string; readonly passphrase?: string }
  | { readonly kind: "privateKeyFile"; readonly path: string; readonly passphrase?: string }
  | { readonly kind: "agent"; readonly socket?: string }
  | { readonly kind: "password"; readonly password: string };

export type HostKeyPolicy =
  | { readonly kind: "knownHosts"; readonly path?: string }
  | { readonly kind: "pinned" /** `SHA256:…` as ssh-keygen -lf prints it. */; readonly fingerprint: string }
  | { readonly kind: "trustOnFirstUse" /** known_hosts file that records the key. */; readonly path: string };

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Runs programs on a host: the real one over SSH, an in-memory twin for tests. */
export interface Shell {
  readonly name: string;
  /** The step of an apply that is under way, for errors. */
  readonly step?: string;
  /** Runs argv (quoted by the one quoting function), as root. A non-zero exit is a result, not an error. */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;
  close(): Promise<void>;
}

export interface RunOptions {
  /** A stream is piped as it comes, so that large files need not be held and a lock can be kept. */
  readonly stdin?: Buffer | string | Readable;
  /** Milliseconds. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
  /** Called with standard output as it comes, beside the whole of it in the result. */
  readonly onStdout?: (chunk: Buffer) => void;
}

/** A file as found on the host. */
export interface ObservedFile {
  readonly path: string;
  readonly mode: number;
  /** `user:group`. */
  readonly owner: string;
  /** Text with known secret values put back to placeholders. */
  readonly text: string;
  /** SHA-256 of `text`, so comparable with the release's and no hash of a secret. */
  readonly sha256: string;
}

/** Everything read from a host in one round trip; absent things are absent keys. */
export interface Observation {
  readonly hostname: string;
  readonly architecture: string;
  readonly kernel: string;
  readonly files: Readonly<ByFile<ObservedFile>>;
  /** Live values of the wanted keys; a key that the kernel does not have is absent. */
  readonly sysctls: Readonly<Record<string, string>>;
  readonly service: { readonly enabled: boolean; readonly active: boolean };
  /** Digest in the path of the binary the unit starts, and whether the file has it. */
  readonly binary?: { readonly sha256: string; readonly intact: boolean };
  /** Release the `current` link points at; with ` (unconfirmed)` while the way back from it is armed. */
  readonly releaseId?: string;
  readonly interfaces: readonly ObservedInterface[];
  readonly daemon?: DaemonStatus;
  /** Which daemon runs, also when its status is not one that is understood here. */
  readonly speaks?: Spoken;
  /** Files that were changed after the running service had read them. */
  readonly outdated?: readonly ReleaseFileName[];
  /** The user and the group of the proxy are there. */
  readonly proxyUser?: true;
  /** The last release that could not be taken over; it is no part of what the host runs. */
  readonly failed?: FailedCopy;
}

export interface ObservedInterface {
  readonly name: string;
  readonly up: boolean;
  readonly mac: string;
  /** With prefix length. */
  readonly addresses: readonly string[];
}

/** A step of an apply, as it happens; printers fold these. */
export interface Progress {
  readonly step: string;
  readonly message: string;
}

export interface ApplyOptions {
  readonly secrets: SecretValues;
  /** Path of the tandemd executable on this machine, uploaded only when the host lacks its digest. */
  readonly binaryPath: string;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
  /** Who applies, for the host lock and the journal, e.g. `alice@laptop pid 4242`. */
  readonly owner: string;
  /** Hardware addresses of the pair's other host: it may hold the virtual addresses already. */
  readonly peerMacs?: readonly string[];
  /** Seconds until the host goes back by itself when no confirm arrives; default 60. */
  readonly rollbackAfter?: number;
}

/** One managed host: observe, preflight, apply, destroy. */
export interface Host {
  readonly name: string;
  observe(wanted: Release, secrets: SecretValues): Promise<Observation>;
  /** Throws TandemError with every problem that would make an apply fail; changes nothing. */
  preflight(release: Release, options: ApplyOptions): Promise<void>;
  /** Idempotent: brings the host to the release or leaves it as it was. */
  apply(release: Release, options: ApplyOptions): Promise<Observation>;
  /** Removes everything that was shipped and restores the sysctls it had changed. */
  destroy(options: Pick<ApplyOptions, "owner" | "onProgress" | "signal">): Promise<void>;
  shell(): Promise<Shell>;
  close(): Promise<void>;
}
