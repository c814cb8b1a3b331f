import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TandemError } from "../../diagnostics/index.ts";
import { CHANGED_SECRET, normalizeSysctl, type Observation } from "../../host/index.ts";
import { type ImportHost, importStack } from "../../import/index.ts";
import type { Release } from "../../render/release.ts";
import { readFiles } from "../check/reads.ts";
import type { CliContext } from "../context.ts";
import { type LookedAt, nodeDrift } from "./node.ts";
import { type Edit, treeDiff } from "./tree-diff.ts";

/** What to write to keep what was changed on a node, and what no definition can say. */
export interface Adoption {
  readonly pair: string;
  readonly node: string;
  readonly edits: readonly Edit[];
  /** What `tandem up` puts back, or what is to be undone by hand. */
  readonly rest: readonly string[];
}

const FILES = ["haproxy.cfg", "keepalived.conf"] as const;

export async function adoptionOf(context: CliContext, looked: LookedAt): Promise<Adoption> {
  const { release, found } = looked;
  const drift = nodeDrift(looked);
  const sysctls = changedSysctls(looked);
  const said = new Set(FILES.map((file) => `${file} was changed`));
  // What runs is what the file has by then.
  const follows = FILES.filter((file) => drift.some(({ message }) => message === `${file} was changed`));
  const rest = drift.filter(({ kind, message }) => {
    if (kind === "running-config") return !follows.some((file) => message.includes(` ${file} `));
    if (kind === "sysctl" || kind === "sysctl-boot")
      return !sysctls.some(({ key }) => message.split(" ").includes(key));
    return !said.has(message);
  });
  const edits = [
    ...(await fileEdits(context, release, found)),
    ...sysctls.map(sysctlEdit),
    ...weightEdits(found),
  ];
  return {
    pair: release.pair,
    node: release.node,
    edits: edits.map((edit) => ({ ...edit, path: `pairs[${JSON.stringify(release.pair)}].${edit.path}` })),
    rest: [
      ...rest
        .filter(({ kind, message }) => kind !== "runtime" || !/ has weight \d+/.test(message))
        .map(({ message }) => message),
      ...changedSecrets(found),
    ],
  };
}

/** The definition refers to secrets: their values are set elsewhere. */
function changedSecrets(found: Observation): readonly string[] {
  return Object.entries(found.files).flatMap(([name, file]) =>
    file?.text.includes(CHANGED_SECRET) === true
      ? [`a secret in ${name} is another one: to keep it, set it with \`pulumi config set --secret\``]
      : [],
  );
}

/** Both texts are imported: what differs then is said in the definition's words. */
async function fileEdits(
  context: CliContext,
  release: Release,
  found: Observation,
): Promise<readonly Edit[]> {
  const changed = FILES.filter((file) => {
    const [wanted, live] = [release.files[file]?.text, found.files[file]?.text];
    return wanted !== undefined && live !== undefined && wanted !== live;
  });
  if (changed.length === 0) return [];
  const texts = (live: boolean) =>
    FILES.flatMap((file) => {
      const text = (live ? found.files[file] : release.files[file])?.text;
      return text === undefined ? [] : [[file, text] as const];
    });
  const node = { name: release.node, interfaces: found.interfaces };
  const before = await imported(context, node, texts(false));
  const after = await imported(context, node, texts(true));
  // A file speaks of its own node: what it implies of the other is no change.
  return treeDiff(before, after).filter(({ path }) => !path.includes(OTHER) && !path.startsWith("nodes["));
}

const OTHER = "the-other-node";

async function imported(
  context: CliContext,
  node: ImportHost,
  texts: readonly (readonly [(typeof FILES)[number], string])[],
): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "tandem-adopt-"));
  try {
    const argv = texts.flatMap(([file, text]) => {
      const path = join(folder, file);
      // The texts are masked; what stands for a secret has to be one word.
      writeFileSync(path, text.replaceAll(CHANGED_SECRET, "secret-changed"), { mode: 0o600 });
      return [file === "haproxy.cfg" ? "--haproxy" : "--keepalived", path];
    });
    const read = await readFiles(context, ["--alone", ...argv]);
    if ("refused" in read)
      throw new TandemError([
        {
          code: "IMPORT_UNREADABLE",
          severity: "error",
          message: read.refused.trim(),
          hint: "see `tandem drift` for the changed lines",
        },
      ]);
    const { input } = importStack({ name: "adopted", syntax: read.syntax, hosts: [node, { name: OTHER }] });
    return (input as { readonly pairs: readonly unknown[] }).pairs[0];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Kernel parameters that have a field of their own, and whether it is a flag. */
const KERNEL: Readonly<Record<string, readonly [field: string, flag: boolean]>> = {
  "net.ipv4.ip_forward": ["kernel.forwarding", true],
  "net.ipv6.conf.all.forwarding": ["kernel.forwarding", true],
  "net.ipv4.ip_nonlocal_bind": ["kernel.nonlocalBind", true],
  "net.ipv6.ip_nonlocal_bind": ["kernel.nonlocalBind", true],
  "net.ipv4.conf.all.arp_ignore": ["kernel.arpIgnore", false],
  "net.ipv4.conf.all.arp_announce": ["kernel.arpAnnounce", false],
  "net.ipv4.conf.all.send_redirects": ["kernel.sendRedirects", true],
  "net.ipv4.conf.default.send_redirects": ["kernel.sendRedirects", true],
};

interface ChangedSysctl {
  readonly key: string;
  readonly wanted: string;
  readonly other: string;
}

/** Kernel parameters with another value now, else at the next boot. */
function changedSysctls({ release, found, audit }: LookedAt): readonly ChangedSysctl[] {
  return Object.entries(release.sysctls).flatMap(([key, wanted]) => {
    const values = [found.sysctls[key], audit.boot?.[key]?.value];
    const same = (value: string) => normalizeSysctl(value) === normalizeSysctl(wanted);
    const other = values.find((value) => value !== undefined && !same(value));
    return other === undefined ? [] : [{ key, wanted, other }];
  });
}

function sysctlEdit({ key, wanted, other }: ChangedSysctl): Edit {
  const [field, flag] = KERNEL[key] ?? [`sysctls[${JSON.stringify(key)}]`, false];
  const value = (text: string): unknown => (flag ? text === "1" : /^-?\d+$/.test(text) ? Number(text) : text);
  return { path: field, from: value(wanted), to: value(other.trim()) };
}

function weightEdits(found: Observation): readonly Edit[] {
  const backends = found.daemon?.proxy?.backends ?? [];
  return backends.flatMap((backend) =>
    backend.servers.flatMap(({ name, weight, initialWeight, agent }): Edit[] => {
      if (initialWeight === undefined || initialWeight === weight || agent != null) return [];
      const path = `backends[${JSON.stringify(backend.name)}].servers[${JSON.stringify(name)}].weight`;
      return [{ path, from: initialWeight, to: weight }];
    }),
  );
}
