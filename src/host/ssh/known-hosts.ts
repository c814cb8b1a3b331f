import { createHash, createHmac } from "node:crypto";

/** One line of a known_hosts file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHost {
  readonly marker?: string;
  readonly patterns: readonly string[];
  readonly type: string;
  readonly key: Buffer;
}

/** The entries of a known_hosts text; comments and lines that are no entry are left out. */
export function parseKnownHosts(text: string): readonly KnownHost[] {
  return text.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith("@") ? fields.shift() : undefined;
    const [patterns, type, key] = fields;
    if (patterns === undefined || type === undefined || key === undefined || patterns.startsWith("#"))
      return [];
    const entry = { patterns: patterns.split(","), type, key: Buffer.from(key, "base64") };
    return [marker === undefined ? entry : { marker, ...entry }];
  });
}

/** How known_hosts names a server: the bare name on port 22, else `[name]:port`. */
export function knownHostName(address: string, port: number): string {
  return port === 22 ? address : `[${address}]:${port}`;
}

/** The entries for a server. */
export function entriesFor(entries: readonly KnownHost[], name: string): readonly KnownHost[] {
  return entries.filter(({ patterns }) => matches(patterns, name));
}

function matches(patterns: readonly string[], name: string): boolean {
  const negated = patterns.some((p) => p.startsWith("!") && matchesGlob(p.slice(1), name));
  return !negated && patterns.some((p) => !p.startsWith("!") && matchesPattern(p, name));
}

function matchesPattern(pattern: string, name: string): boolean {
  if (!pattern.startsWith("|1|")) return matchesGlob(pattern, name);
  const [, , salt, hash] = pattern.split("|");
  if (salt === undefined || hash === undefined) return false;
  const digest = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64");
  return digest === hash;
}

function matchesGlob(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`).test(name.toLowerCase());
}

/** `SHA256:…` as ssh-keygen -lf prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The algorithm name that every SSH public key blob begins with. */
export function keyType(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return key.subarray(4, 4 + length).toString("ascii");
}

/** A line for known_hosts. */
export function knownHostLine(name: string, key: Buffer): string {
  return `${name} ${keyType(key)} ${key.toString("base64")}\n`;
}
