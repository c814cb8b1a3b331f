// What is read from /proc: processor time of a process tree and free ports.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

const CLOCK_TICKS = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Processor time of a process so far, in microseconds: exact in total, user and system by ticks. */
export interface CpuTime {
  readonly total: number;
  readonly user: number;
  readonly system: number;
}

/** Time on a processor of all threads of `pid`. */
export function cpuTime(pid: number): CpuTime {
  let total = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [nanoseconds] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ");
    total += Number(nanoseconds) / 1000;
  }
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ticks = (index: number) => (Number(fields[index]) / CLOCK_TICKS) * 1e6;
  return { total, user: ticks(11), system: ticks(12) };
}

export function difference(after: CpuTime, before: CpuTime): CpuTime {
  return {
    total: after.total - before.total,
    user: after.user - before.user,
    system: after.system - before.system,
  };
}

/** Resident memory that belongs to the process alone, in KiB. */
export function privateMemory(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const lines = [...rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)];
  return lines.reduce((sum, line) => sum + Number(line[1]), 0);
}

/** A TCP port of the loopback interface that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? high) + high) / 2;
}
