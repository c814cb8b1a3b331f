import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import type { LabHost, LabPlan } from "../plan.ts";
import { LabError, run } from "../run.ts";
import { labRoot } from "../setup/paths.ts";
import { labDir } from "../state/record.ts";
import { hostSeeds, layersOf, type Seed } from "./seed.ts";

/**
 * A host's disk: the common Debian root below, a small memory file system of its own on top. What the host
 * writes survives its crash and restart, and is gone with the lab. The overlay itself is mounted in the
 * private mount namespace of the host's process (see machine.ts), so it cannot be left behind.
 */
export interface Disk {
  readonly dir: string;
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
  readonly root: string;
}

export function diskOf(lab: string, host: LabHost): Disk {
  const dir = join(labDir(lab), "hosts", host.name);
  return {
    dir,
    lower: layersOf(host, labRoot()),
    upper: join(dir, "upper"),
    work: join(dir, "work"),
    root: join(dir, "root"),
  };
}

export async function createDisk(plan: LabPlan, host: LabHost): Promise<void> {
  const disk = diskOf(plan.name, host);
  const missing = disk.lower.find((layer) => !existsSync(layer));
  if (missing !== undefined)
    throw new LabError(`no Debian root at ${missing}: run "sh lab/setup/ensure.sh lab" once`);
  mkdirSync(disk.dir, { recursive: true });
  await run(["mount", "-t", "tmpfs", "-o", `size=${host.diskMiB}M,mode=755`, `tandem-${plan.id}`, disk.dir]);
  for (const dir of [disk.upper, disk.work, disk.root]) mkdirSync(dir, { mode: 0o755 });
  const lower = (path: string) =>
    disk.lower.map((layer) => join(layer, path)).find((file) => existsSync(file)) ??
    join(disk.lower.at(-1) ?? "", path);
  for (const seed of await hostSeeds(plan, host, lower)) writeSeed(disk, seed, lower);
}

function writeSeed(disk: Disk, seed: Seed, lower: (path: string) => string): void {
  const file = join(disk.upper, seed.path);
  makeFolders(disk, dirname(seed.path), lower, seed.owner ?? 0);
  if (seed.linkTo !== undefined) {
    symlinkSync(seed.linkTo, file);
    return;
  }
  writeFileSync(file, seed.text ?? "", { mode: seed.mode ?? 0o644 });
  chmodSync(file, seed.mode ?? 0o644);
  const before = existsSync(lower(seed.path)) ? statSync(lower(seed.path)) : undefined;
  chownSync(file, seed.owner ?? before?.uid ?? 0, seed.owner ?? before?.gid ?? 0);
}

/** A folder in the upper layer decides mode and owner of the merged one: take both over from below. */
function makeFolders(disk: Disk, path: string, lower: (path: string) => string, owner: number): void {
  if (path === "." || existsSync(join(disk.upper, path))) return;
  makeFolders(disk, dirname(path), lower, owner);
  const dir = join(disk.upper, path);
  const below = lower(path);
  const like = existsSync(below) ? statSync(below) : undefined;
  mkdirSync(dir);
  chmodSync(dir, like === undefined ? (path.endsWith(".ssh") ? 0o700 : 0o755) : like.mode & 0o7777);
  chownSync(dir, like?.uid ?? owner, like?.gid ?? owner);
}

/** Takes down every mount below a lab's folder; a lazy unmount where something still holds one. */
export async function removeDisks(lab: string): Promise<void> {
  const below = `${labDir(lab)}/`;
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((dir) => dir.startsWith(below))
    .reverse();
  for (const dir of mounts) {
    const plain = await run(["umount", dir], { allowFailure: true });
    if (plain.code !== 0) await run(["umount", "--lazy", dir], { allowFailure: true });
  }
}
