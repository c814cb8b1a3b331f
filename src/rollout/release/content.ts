import { type BinaryRef, canonicalJson, sha256 } from "../../render/index.ts";
import { templates } from "../../render/templates.ts";
import type { ResolvedPair } from "../../stack/index.ts";

/**
 * What every environment has of its own: where things stand and how they are reached. All else of
 * a pair is content: it has to be the same where it was verified and where it goes.
 */
const SITE = [
  "name",
  "nodes",
  "secrets",
  "drill.from",
  "notification",
  "proxy.logs.*.address",
  "instances.*.virtualRouterId",
  "instances.*.interface",
  "instances.*.vips",
  "instances.*.excludedVips",
  "instances.*.witnesses",
  "instances.*.failover",
  "instances.*.trackInterfaces.*.interface",
  "frontends.*.binds.*.address",
  "backends.*.servers.*.name",
  "backends.*.servers.*.address",
  "backends.*.servers.*.weight",
];

/** Lists of which an environment may have more: what differs counts, not how many are alike. */
const COUNTED = /^(frontends\.\*\.binds|backends\.\*\.servers|proxy\.logs)$/;

/** A pair without what is of its environment, with the daemon and the templates that make its files. */
export function pairContent(pair: ResolvedPair, binary: BinaryRef, varies: readonly string[]): unknown {
  const drop = [...SITE, ...varies].map((path) => path.split("."));
  return {
    pair: without(withRoles(pair), drop, []),
    binary: binary.sha256,
    templates: templatesDigest(),
  };
}

/** First 16 hex digits of the SHA-256 over the canonical JSON of a content. */
export function contentHash(content: unknown): string {
  return sha256(canonicalJson(content)).slice(0, 16);
}

let digest: string | undefined;

function templatesDigest(): string {
  digest ??= sha256(canonicalJson(templates));
  return digest;
}

/** Names of nodes replaced by the part they play: hosts are called otherwise elsewhere. */
function withRoles(pair: ResolvedPair): unknown {
  const first = pair.instances[0]?.master ?? pair.nodes[0].name;
  const role = (node: string): string => (node === first ? "first" : "second");
  return {
    ...pair,
    instances: pair.instances.map((instance) => ({
      ...instance,
      master: role(instance.master),
      members: Object.fromEntries(
        Object.entries(instance.members).map(([node, member]) => [role(node), member]),
      ),
    })),
  };
}

type Pattern = readonly string[];

function without(value: unknown, drop: readonly Pattern[], at: Pattern): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => without(item, advance(drop, "*"), [...at, "*"]));
    return COUNTED.test(at.join(".")) ? alike(items) : items;
  }
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).flatMap(([key, field]): [string, unknown][] => {
    const deeper = advance(drop, key);
    if (deeper.some((pattern) => pattern.length === 0)) return [];
    return [[key, without(field, deeper, [...at, key])]];
  });
  return Object.fromEntries(kept);
}

/** The patterns that go on below a key. */
function advance(drop: readonly Pattern[], key: string): Pattern[] {
  return drop.filter(([head]) => head === key || head === "*").map(([, ...rest]) => rest);
}

/** Each distinct item once, in a stable order. */
function alike(items: readonly unknown[]): unknown[] {
  const byText = new Map(items.map((item) => [canonicalJson(item), item]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}

/** Paths at which two contents differ, at most `most` of them. */
export function contentDifferences(a: unknown, b: unknown, most = 5): string[] {
  return differences(a, b, "").slice(0, most);
}

function differences(a: unknown, b: unknown, path: string): string[] {
  if (canonicalJson(a ?? null) === canonicalJson(b ?? null)) return [];
  if (!isRecord(a) || !isRecord(b) || Array.isArray(a) !== Array.isArray(b)) return [path];
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return keys.flatMap((key) => differences(a[key], b[key], path === "" ? key : `${path}.${key}`));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
