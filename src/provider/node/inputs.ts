import { createHash } from "node:crypto";
import * as z from "zod";
import { fileNames } from "../../host/layout.ts";
import {
  type ByFile,
  isCertificateFile,
  type Release,
  type ReleaseFile,
  type ReleaseFileName,
} from "../../render/release.ts";
import { checkSecrets } from "../../stack/index.ts";
import { type PropertyPath, UNKNOWN } from "../wire/values.ts";
import { connectionSchema } from "./connection.ts";

/** Names under which files appear in `files["…"]`. */
const fileName = z.custom<ReleaseFileName>(
  (name) =>
    typeof name === "string" && (isCertificateFile(name) || fileNames().some((known) => known === name)),
  "no file of a release has this name",
);
/** The keys are checked; that the type of a record with such keys is partial, zod cannot say. */
const byFile = <T>(value: z.ZodType<T>) => z.record(fileName, value) as unknown as z.ZodType<ByFile<T>>;
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 is 64 lower-case hex digits");

/** Inputs of `tandem:index:Node`: one release, and how to reach the host that gets it. */
export const nodeInputs = z.strictObject({
  connection: connectionSchema,
  pair: z.string().min(1),
  releaseId: z.string().min(1),
  /** Whole texts with placeholders for secrets: plain strings, so that the engine shows line diffs. */
  files: byFile(z.string()),
  paths: byFile(z.string().startsWith("/")),
  /** `0640 root:root`. */
  permissions: byFile(z.string().regex(/^0[0-7]{3} [\w-]+:[\w-]+$/)),
  sysctls: z.record(z.string(), z.string()),
  service: z.strictObject({ enabled: z.boolean(), active: z.boolean() }),
  binary: z.strictObject({ sha256, version: z.string() }),
  requires: z.strictObject({
    interfaces: z.array(z.string()),
    listens: z.array(z.strictObject({ address: z.string(), port: z.number(), frontend: z.string() })),
    vips: z.array(z.strictObject({ address: z.string(), interface: z.string() })),
    peers: z.array(z.string()).exactOptional(),
    backupOf: z.array(z.string()).exactOptional(),
    packages: z.array(z.string()).exactOptional(),
    takeOver: z.boolean().exactOptional(),
  }),
  secrets: z.record(z.string(), z.string()).default({}),
  /** Set by an import: what the host cannot tell is not known yet. */
  imported: z.boolean().exactOptional(),
});

export type NodeInputs = z.infer<typeof nodeInputs>;

/** Checks that need the whole: every file has its place and its rights. */
export function validateNode(inputs: NodeInputs): { path: PropertyPath; reason: string }[] {
  const failures: { path: PropertyPath; reason: string }[] = [];
  for (const name of fileNames(inputs.files)) {
    if (inputs.files[name] === undefined) continue;
    if (inputs.paths[name] === undefined) {
      failures.push({ path: ["paths", name], reason: `no path for files[${JSON.stringify(name)}]` });
    }
    if (inputs.permissions[name] === undefined) {
      failures.push({
        path: ["permissions", name],
        reason: `no permissions for files[${JSON.stringify(name)}]`,
      });
    }
  }
  const secrets = inputs.imported === true ? [] : secretNames(inputs);
  for (const name of secrets) {
    if (inputs.secrets[name] === undefined) {
      failures.push({
        path: ["secrets", name],
        reason: `a file refers to secret ${name}, which has no value`,
      });
    }
  }
  return [...failures, ...unfitSecrets(inputs.secrets)];
}

/** References have their values only now: what the definition's checks could not see of them. */
function unfitSecrets(secrets: NodeInputs["secrets"]): { path: PropertyPath; reason: string }[] {
  const known = Object.entries(secrets).map(
    ([name, value]) => [name, value === UNKNOWN ? undefined : value] as const,
  );
  return checkSecrets(Object.fromEntries(known), new Date())
    .filter(({ severity }) => severity === "error")
    .map(({ message, why, hint, where }) => ({
      path: where?.kind === "path" ? [...where.path] : ["secrets"],
      reason: [message, why, hint].filter((part) => part !== undefined).join("; "),
    }));
}

const PLACEHOLDER = /@@secret:([A-Za-z0-9_.-]+)@@/g;

function secretNames(inputs: NodeInputs): string[] {
  const texts = Object.values(inputs.files).join("\n");
  return [...new Set([...texts.matchAll(PLACEHOLDER)].map((match) => match[1] ?? ""))].sort();
}

/** The release that these inputs describe. */
export function toRelease(inputs: NodeInputs): Release {
  const files: ByFile<ReleaseFile> = {};
  for (const name of fileNames(inputs.files)) {
    const text = inputs.files[name];
    const path = inputs.paths[name];
    const permissions = inputs.permissions[name];
    if (text === undefined || path === undefined || permissions === undefined) continue;
    const mode = Number.parseInt(permissions.slice(0, 4), 8);
    files[name] = { path, mode, text, sha256: createHash("sha256").update(text).digest("hex") };
  }
  return {
    id: inputs.releaseId,
    node: inputs.connection.name,
    pair: inputs.pair,
    files,
    sysctls: inputs.sysctls,
    service: inputs.service,
    binary: inputs.binary,
    secretNames: secretNames(inputs),
    requires: inputs.requires,
  };
}

/** The inputs that describe a release: the inverse of `toRelease`. */
export function fromRelease(release: Release): Omit<NodeInputs, "connection" | "secrets" | "imported"> {
  const files: NodeInputs["files"] = {};
  const paths: NodeInputs["paths"] = {};
  const permissions: NodeInputs["permissions"] = {};
  for (const name of fileNames(release.files)) {
    const file = release.files[name];
    if (file === undefined) continue;
    files[name] = file.text;
    paths[name] = file.path;
    permissions[name] = formatPermissions(file.mode, "root:root");
  }
  return {
    pair: release.pair,
    releaseId: release.id,
    files,
    paths,
    permissions,
    sysctls: { ...release.sysctls },
    service: { ...release.service },
    binary: { ...release.binary },
    requires: {
      interfaces: [...release.requires.interfaces],
      listens: release.requires.listens.map((listen) => ({ ...listen })),
      vips: release.requires.vips.map((vip) => ({ ...vip })),
      ...(release.requires.peers === undefined ? {} : { peers: [...release.requires.peers] }),
      ...(release.requires.backupOf === undefined ? {} : { backupOf: [...release.requires.backupOf] }),
      ...(release.requires.packages === undefined ? {} : { packages: [...release.requires.packages] }),
      ...(release.requires.takeOver === undefined ? {} : { takeOver: release.requires.takeOver }),
    },
  };
}

/** `0640 root:root`. */
export function formatPermissions(mode: number, owner: string): string {
  return `0${(mode & 0o777).toString(8).padStart(3, "0")} ${owner}`;
}
