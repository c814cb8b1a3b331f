import { readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";

function hierarchy(): string {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const unified = mounts.map((line) => line.split(" ")).find((fields) => fields[2] === "cgroup2");
  if (unified?.[1] === undefined) throw new Error("no cgroup2 file system is mounted");
  return unified[1];
}

const PREFIX = "tandem-bench-";

/** Where a control group of the benchmarks is, or will be. */
export function groupPath(name: string): string {
  return join(hierarchy(), `${PREFIX}${name}`);
}

/** Removes the groups without processes: those that this run, or one that was killed, has left. */
export function removeLeftGroups(): void {
  for (const name of readdirSync(hierarchy()).filter((entry) => entry.startsWith(PREFIX)))
    remove(join(hierarchy(), name));
}

function remove(group: string): void {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true }))
      if (entry.isDirectory()) remove(join(group, entry.name));
    rmdirSync(group);
  } catch {
    // Another run is alive in it.
  }
}
