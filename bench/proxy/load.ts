// Load on a proxy for a slice of time, and what it cost.
import { execFile, spawn } from "node:child_process";
import { promisify } from "node:util";
import { type CpuTime, cpuTime, difference } from "./machine.ts";
import type { Contender } from "./programs.ts";

const run = promisify(execFile);

/** Cost of one request in microseconds, of a slice with so many requests. */
export interface Slice {
  readonly requests: number;
  readonly errors: number;
  readonly cost: CpuTime;
}

export async function slice(proxy: Contender, seconds: number, connections: number): Promise<Slice> {
  const before = cpuTime(proxy.pid);
  const { requests, errors } = await wrk(proxy, seconds, connections);
  const spent = difference(cpuTime(proxy.pid), before);
  const each = (microseconds: number) => microseconds / requests;
  return {
    requests,
    errors,
    cost: { total: each(spent.total), user: each(spent.user), system: each(spent.system) },
  };
}

/** System calls of the proxy for each request, by name, while it is under load. */
export async function syscalls(
  proxy: Contender,
  seconds: number,
  connections: number,
): Promise<Map<string, number>> {
  const strace = spawn("strace", ["-c", "-f", "-p", String(proxy.pid)], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let table = "";
  strace.stderr.on("data", (chunk: Buffer) => {
    table += chunk.toString();
  });
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { requests } = await wrk(proxy, seconds, connections);
  strace.kill("SIGINT");
  await new Promise((resolve) => strace.once("close", resolve));
  const calls = new Map<string, number>();
  for (const line of table.split("\n")) {
    const columns = line.trim().split(/\s+/);
    const name = columns.at(-1);
    if (/^\d/.test(columns[0] ?? "") && name !== undefined && name !== "total") {
      calls.set(name, Number(columns[3]) / requests);
    }
  }
  return calls;
}

async function wrk(
  proxy: Contender,
  seconds: number,
  connections: number,
): Promise<{ requests: number; errors: number }> {
  const args = ["-c", "1", "wrk", "-t", "1", "-c", String(connections), "-d", `${seconds}s`];
  const { stdout } = await run("taskset", [...args, `http://127.0.0.1:${proxy.port}/page`]);
  const requests = Number(/(\d+) requests in/.exec(stdout)?.[1]);
  const bad = Number(/Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1] ?? 0);
  const socket =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)?.slice(1) ?? [];
  if (!(requests > 0)) throw new Error(`wrk finished no request on ${proxy.name}:\n${stdout}`);
  return { requests, errors: socket.reduce((sum, n) => sum + Number(n), bad) };
}
