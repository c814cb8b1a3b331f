/** One file of a release, as it shall stand on the host. */
export interface ReleaseFile {
  /** Absolute path on the host. Files of the release folder use `/etc/tandem/current/…`. */
  readonly path: string;
  /** Permission bits, e.g. `0o640`. The owner is root:root. */
  readonly mode: number;
  /** Whole text; secrets stand as `secretPlaceholder(name)` and are filled on the way to the host. */
  readonly text: string;
  /** SHA-256 of `text` (placeholders not filled), lower-case hex. */
  readonly sha256: string;
}

/** File names as the user sees them, e.g. in `files["haproxy.cfg"]`. */
export type ReleaseFileName = FixedFileName | CertificateFileName;

export type FixedFileName =
  | "haproxy.cfg"
  | "keepalived.conf"
  | "nftables.nft"
  | "90-tandem.conf"
  | "sysusers.conf"
  | "tandem.service";

/** A certificate with its chain and key, named as in the definition. */
export type CertificateFileName = `${string}.pem`;

/** Something for some of a release's files. */
export type ByFile<T> = { [K in FixedFileName]?: T } & { [K in CertificateFileName]: T };

export const isCertificateFile = (name: string): name is CertificateFileName =>
  /^[A-Za-z0-9_.-]+\.pem$/.test(name);

/** Which tandemd is shipped: only its digest and version travel through Pulumi. */
export interface BinaryRef {
  /** SHA-256 of the executable, lower-case hex. */
  readonly sha256: string;
  /** Semantic version printed by `tandemd --version`. */
  readonly version: string;
}

/** What must hold on the host before anything is changed there (checked by the preflight). */
export interface Requirements {
  /** Network interfaces that must exist and be up. */
  readonly interfaces: readonly string[];
  /** Addresses that the proxy will listen on; `address` is `*`, `::` or an IP. */
  readonly listens: readonly { readonly address: string; readonly port: number; readonly frontend: string }[];
  /** Virtual addresses with prefix, and the interface that carries them. */
  readonly vips: readonly { readonly address: string; readonly interface: string }[];
  /** Own addresses of the pair's other host, with prefix: it may hold a virtual address already. */
  readonly peers?: readonly string[];
  /** VRRP instances that the other host takes back whenever it can, of a host that leads none: it is changed first. */
  readonly backupOf?: readonly string[];
  /** Debian packages that the engine consists of. */
  readonly packages?: readonly string[];
  /** keepalived and haproxy that run there already, by the units of their packages, give way. */
  readonly takeOver?: boolean;
}

/**
 * Everything that one node shall be: pure data, deterministic, without secrets.
 * Two equal releases have equal ids.
 */
export interface Release {
  /** First 16 hex digits of the SHA-256 over the canonical JSON of all other fields. */
  readonly id: string;
  readonly node: string;
  readonly pair: string;
  readonly files: Readonly<ByFile<ReleaseFile>>;
  /** Kernel parameters, key dotted as in sysctl(8), value as read back from /proc/sys. */
  readonly sysctls: Readonly<Record<string, string>>;
  readonly service: { readonly enabled: boolean; readonly active: boolean };
  readonly binary: BinaryRef;
  /** Names of the secrets whose placeholders occur in the files. */
  readonly secretNames: readonly string[];
  readonly requires: Requirements;
}

/** Names and values of a node's secrets; never logged, never part of a release. */
export type SecretValues = Readonly<Record<string, string>>;

const PLACEHOLDER = /@@secret:([A-Za-z0-9_.-]+)@@/g;

/** What stands in a rendered file in place of a secret. */
export function secretPlaceholder(name: string): string {
  return `@@secret:${name}@@`;
}

/** The text with every placeholder filled. Throws a RangeError naming a secret without value. */
export function fillSecrets(text: string, secrets: SecretValues): string {
  return text.replace(PLACEHOLDER, (_, name: string) => {
    const value = secrets[name];
    if (value === undefined) throw new RangeError(`no value for secret ${name}`);
    return value;
  });
}

/** Names of the secrets whose placeholders occur in the texts, sorted, once each. */
export function secretNamesIn(texts: readonly string[]): readonly string[] {
  const names = texts.flatMap((text) => [...text.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""));
  return [...new Set(names)].sort();
}

/** User and group of the proxy where a definition names none; an apply makes it. */
export const PROXY_USER = "tandem";

/** Paths on the host, the same on every node. */
export const HostPaths = {
  binaryDir: "/opt/tandem/bin",
  releases: "/etc/tandem/releases",
  current: "/etc/tandem/current",
  unit: "/etc/systemd/system/tandem.service",
  sysctl: "/etc/sysctl.d/90-tandem.conf",
  /** What the host was before the first apply: sysctls to restore on destroy. */
  baseline: "/var/lib/tandem/baseline.json",
  runtime: "/run/tandem",
  control: "/run/tandem/control.sock",
  /** Root directory of the proxy: nothing is ever in it. */
  empty: "/run/tandem/empty",
  /** Beside `/run/lock`, where everybody may put something in the way. */
  lock: "/run/tandem.lock",
} as const;
