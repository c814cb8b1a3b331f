import { statSync } from "node:fs";
import type { Problem } from "../../diagnostics/index.ts";
import { ownProgram, type Release } from "../../render/index.ts";
import { fileDigest } from "../file-digest.ts";
import type { RunOptions, Shell } from "../host.ts";
import type { HostFacts } from "../observe/facts.ts";
import { hostProblem, reasonOf } from "../problem.ts";
import { expectSuccess, runScript, type ScriptRecord, type ScriptResult, text } from "../script.ts";
import { architectureOf } from "./architecture.ts";
import { foreignProblem, portProblem } from "./occupied.ts";
import { interfaceProblems, ownAddressProblems, proxyUserProblems, sysctlProblems } from "./requirements.ts";
import { PREFLIGHT, TOOLS } from "./script.ts";

/** What makes the proxy's user; not needed where there is one. */
const SYSUSERS = "systemd-sysusers";

/** Kibibytes that a release and its bookkeeping may need beside the executable. */
const RELEASE_SPACE = 1_024;

/** Problems with which not even staging can work. */
const STAGE_BLOCKERS: ReadonlySet<string> = new Set([
  "HOST_ARCHITECTURE",
  "HOST_TOOL_MISSING",
  "HOST_DISK_FULL",
  "HOST_READ_ONLY",
  "HOST_BINARY_UNREADABLE",
]);

export interface Preflight {
  readonly problems: readonly Problem[];
  /** Staging makes sense, so that the daemon's own check can add what it finds. */
  readonly canStage: boolean;
  /** Packages of the engine that the host has not got. */
  readonly missing: readonly string[];
}

/** What the host says of the requirements of a release; changes nothing there. */
export function askHost(shell: Shell, release: Release, options: RunOptions): Promise<ScriptResult> {
  const ports = [...new Set(release.requires.listens.map(({ port }) => port))].join(" ");
  const { packages = [] } = release.requires;
  const tools = release.files["sysusers.conf"] === undefined ? TOOLS : [...TOOLS, SYSUSERS];
  return runScript(shell, PREFLIGHT, [ports, packages.join(" "), ...tools], options);
}

/** What the host lacks for a release, all at once, by what it said when it was asked. */
export async function preflight(
  shell: Shell,
  release: Release,
  facts: HostFacts,
  binary: { readonly path: string; readonly upload: boolean },
  said: ScriptResult,
): Promise<Preflight> {
  const { takeOver = false } = release.requires;
  const result = expectSuccess(shell, "the preflight", said);
  const all = (kind: string) => result.records.filter((record) => record.kind === kind);
  // Who gives way occupies nothing by then.
  const staying = (kind: string, unit: number) =>
    all(kind).filter((record) => !takeOver || facts.packages?.[text(record, unit)] === undefined);
  const problems = [
    ...(await binaryProblems(shell.name, release, facts, binary)),
    ...toolProblems(shell.name, release, facts, all),
    ...diskProblems(shell.name, all("disk"), binary),
    ...all("readonly").map((record) => readOnly(shell.name, text(record, 0))),
    ...interfaceProblems(shell.name, release, facts),
    ...sysctlProblems(shell.name, release, facts),
    ...proxyUserProblems(shell.name, release, facts),
    ...(takeOver ? [] : ownAddressProblems(shell.name, release, facts)),
    ...staying("listen", 3).flatMap((record) => portProblem(shell.name, release, record)),
    ...staying("foreign", 2).map((record) => foreignProblem(shell.name, record)),
  ];
  const missing = all("package").map((record) => text(record, 0));
  return { problems, canStage: !problems.some(({ code }) => STAGE_BLOCKERS.has(code)), missing };
}

async function binaryProblems(
  host: string,
  release: Release,
  facts: HostFacts,
  { path, upload }: { readonly path: string; readonly upload: boolean },
): Promise<readonly Problem[]> {
  if (!upload || ownProgram(release.binary) !== undefined) return [];
  try {
    const digest = await fileDigest(path);
    if (digest !== release.binary.sha256) {
      return [
        hostProblem(
          host,
          "HOST_BINARY_UNREADABLE",
          `${path} has digest ${digest}, the release wants ${release.binary.sha256}`,
          {
            why: "another executable than the planned one would be shipped",
            hint: "build it again (npm run build:daemon), then plan again",
          },
        ),
      ];
    }
    const needed = architectureOf(path);
    if (needed === undefined || needed === facts.architecture) return [];
    return [
      hostProblem(
        host,
        "HOST_ARCHITECTURE",
        `the host is ${facts.architecture || "unknown"}, tandemd is built for ${needed}`,
        {
          why: "the service could not start",
          hint: `build tandemd for ${facts.architecture}, or use another host`,
        },
      ),
    ];
  } catch (error) {
    return [
      hostProblem(host, "HOST_BINARY_UNREADABLE", `cannot read the executable ${path}: ${reasonOf(error)}`, {
        hint: "build it: npm run build:daemon",
      }),
    ];
  }
}

function toolProblems(
  host: string,
  release: Release,
  { proxyUser }: HostFacts,
  all: (kind: string) => readonly ScriptRecord[],
): readonly Problem[] {
  const missing = all("tool")
    .map((record) => text(record, 0))
    .filter((tool) => tool !== SYSUSERS || proxyUser?.grouped !== true);
  const problems =
    missing.length === 0
      ? []
      : [
          hostProblem(host, "HOST_TOOL_MISSING", `programs are missing: ${missing.join(", ")}`, {
            why: "applying a release and going back need them",
            hint: "install systemd, iproute2, coreutils, tar and util-linux",
          }),
        ];
  const wantsNft = release.files["nftables.nft"] !== undefined;
  if (!wantsNft || all("nft").length > 0) return problems;
  const noNft = hostProblem(
    host,
    "HOST_NO_NFT",
    "/usr/sbin/nft is not installed, so the firewall rules are not loaded",
    {
      severity: "warning",
      why: "adverts from other machines than the peers are not filtered",
      hint: "install nftables, or leave it when another firewall does this",
    },
  );
  return [...problems, noNft];
}

/** One problem for each file system, with all that is to go there. */
function diskProblems(
  host: string,
  records: readonly ScriptRecord[],
  { path, upload }: { readonly path: string; readonly upload: boolean },
): readonly Problem[] {
  const mounts = [...new Set(records.map((record) => text(record, 2)))];
  return mounts.flatMap((mount) => {
    const here = records.filter((record) => text(record, 2) === mount);
    const executable = upload && here.some((record) => text(record, 0).startsWith("/opt"));
    const size = executable ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0;
    const needed = Math.ceil(size / 1024) + RELEASE_SPACE;
    const free = text(here[0], 1);
    if (free === "" || Number(free) >= needed) return [];
    return [
      hostProblem(host, "HOST_DISK_FULL", `${mount} has ${free} KiB free, the release needs ${needed} KiB`, {
        why: "an apply that runs out of space half way has to be undone",
        hint: `free space on ${mount}`,
      }),
    ];
  });
}

function readOnly(host: string, dir: string): Problem {
  return hostProblem(host, "HOST_READ_ONLY", `${dir} cannot be written: the file system is read-only`, {
    hint: "mount it read-write; after a disk error the kernel remounts it read-only (see dmesg)",
  });
}
