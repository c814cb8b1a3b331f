import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabPlan } from "../plan.ts";
import { LabError } from "../run.ts";

/** Folder of all labs of this machine; it does not outlive a boot, as nothing of a lab does. */
export const stateRoot = process.env.TANDEM_LAB_STATE || "/run/tandem-lab";
export const claimsDir = join(stateRoot, ".claims");

/** The process a lab ends with; a start time tells it from a later one with the same number. */
export interface Owner {
  readonly pid: number;
  readonly startTime: string;
}

export interface LabRecord {
  readonly bootId: string;
  /** Absent: the lab stays until it is taken down by name. */
  readonly owner?: Owner;
  /** Absent while the lab is still being claimed. */
  readonly plan?: LabPlan;
}

export const labDir = (name: string): string => join(stateRoot, name);
const recordFile = (name: string): string => join(labDir(name), "lab.json");

export const bootId = (): string => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();

/** Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat); undefined when it is gone. */
export function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function thisProcess(): Owner {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? "" };
}

/** Takes a lab's name: the folder is made exclusively, so that only one creator can win. */
export function takeName(name: string, record: LabRecord): void {
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name)) {
    throw new LabError(`lab name ${JSON.stringify(name)}: use lower case letters, digits and "-"`);
  }
  mkdirSync(claimsDir, { recursive: true });
  try {
    mkdirSync(labDir(name), { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      throw new LabError(
        `a lab named "${name}" is already there: use it, take it down, or choose another name`,
      );
    }
    throw error;
  }
  writeRecord(name, record);
}

export function writeRecord(name: string, record: LabRecord): void {
  const file = recordFile(name);
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The record of a lab; undefined when there is none (or its creator has not written it yet). */
export function readRecord(name: string): LabRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordFile(name), "utf8")) as LabRecord;
  } catch {
    return undefined;
  }
}

export function labNames(): readonly string[] {
  try {
    return readdirSync(stateRoot)
      .filter((name) => !name.startsWith("."))
      .sort();
  } catch {
    return [];
  }
}

/** A lab whose owner is gone, or that a reboot has ended. */
export function isOrphan(record: LabRecord): boolean {
  if (record.bootId !== bootId()) return true;
  return record.owner !== undefined && startTimeOf(record.owner.pid) !== record.owner.startTime;
}

export function forget(name: string): void {
  rmSync(labDir(name), { recursive: true, force: true });
}
