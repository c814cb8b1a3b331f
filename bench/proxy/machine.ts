// What is read of the machine: processor time and memory of processes, free ports.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Time on a processor of all threads of `pid`, in microseconds. */
export function cpuTime(pid: number): number {
  let total = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ");
    total += Number(nanoseconds) / 1000;
  }
  return total;
}

/** Memory of the processes in bytes; what they share with others counts by its share. */
export function memory(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return sum + Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? Number.NaN) * 1024;
  }, 0);
}

/**
 * Gives this session (all that the shell of this terminal starts) most of the processors. With
 * automatic grouping the kernel shares them between sessions, and the niceness of a process says
 * nothing beyond its own.
 */
export function preferSession(): void {
  const file = "/proc/self/autogroup";
  const before = /nice (-?\d+)/.exec(readFileSync(file, "utf8"))?.[1] ?? "0";
  writeFileSync(file, "-15");
  process.once("exit", () => writeFileSync(file, before));
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
