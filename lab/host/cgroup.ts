import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../run.ts";

/** Mount point of the unified control group hierarchy: alone on current systems, beside the old ones on others. */
function hierarchy(): string {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const unified = mounts.map((line) => line.split(" ")).find((fields) => fields[2] === "cgroup2");
  if (unified?.[1] === undefined)
    throw new LabError("no cgroup2 file system is mounted: the lab's hosts need one");
  return unified[1];
}

export const labGroup = (id: string): string => join(hierarchy(), `tandem-lab-${id}`);
/** Below it systemd-nspawn makes "supervisor" (itself) and "payload" (the host). */
export const hostGroup = (id: string, host: string): string => join(labGroup(id), host);

export function createGroup(group: string): void {
  mkdirSync(group, { recursive: true });
}

export function killGroup(group: string): void {
  if (existsSync(join(group, "cgroup.kill"))) writeFileSync(join(group, "cgroup.kill"), "1");
}

export function freezeGroup(group: string, frozen: boolean): void {
  writeFileSync(join(group, "payload", "cgroup.freeze"), frozen ? "1" : "0");
}

export function isPopulated(group: string): boolean {
  const events = join(group, "cgroup.events");
  return existsSync(events) && readFileSync(events, "utf8").includes("populated 1");
}

/** The host's first process, as this machine numbers it; undefined while there is none. */
export function initOf(group: string): number | undefined {
  for (const sub of ["payload/init.scope", "payload"]) {
    const file = join(group, sub, "cgroup.procs");
    if (!existsSync(file)) continue;
    for (const pid of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
      if (isInit(pid)) return Number(pid);
    }
  }
  return undefined;
}

function isInit(pid: string): boolean {
  try {
    return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Removes a group without processes, deepest folders first. False while the kernel still holds one of them. */
export function removeGroup(group: string): boolean {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory() && !removeGroup(join(group, entry.name))) return false;
    }
    rmdirSync(group);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    // Gone: another process takes the same lab down. Busy: the last process has not been reaped yet.
    if (code === "ENOENT") return true;
    if (code === "EBUSY") return false;
    throw error;
  }
}
