// System calls of a proxy for each request.
import { spawn } from "node:child_process";
import type { Case } from "./case.ts";
import { asked, type Generator } from "./generator.ts";
import { round } from "./measure.ts";
import type { Contender } from "./programs.ts";

export interface Calls {
  readonly total: number;
  readonly byName: Readonly<Record<string, number>>;
}

/** Enough that the connections' beginnings do not count. */
const REQUESTS = 20_000;

/** Counted by strace while the proxy is under full load, for so many requests or some seconds. */
export async function syscalls(generator: Generator, proxy: Contender, it: Case): Promise<Calls> {
  const attach = proxy.pids.flatMap((pid) => ["-p", String(pid)]);
  const strace = spawn("strace", ["-c", "-f", ...attach], { stdio: ["ignore", "ignore", "pipe"] });
  let table = "";
  strace.stderr.on("data", (chunk: Buffer) => {
    table += chunk.toString();
  });
  const ended = new Promise((resolve) => strace.once("close", resolve));
  while (!table.includes("attached")) await new Promise((resolve) => setTimeout(resolve, 10));
  const figures = await generator.load({
    port: proxy.port,
    ...asked(it),
    warmupMs: 0,
    measureMs: 3000,
    requests: REQUESTS,
    pids: proxy.pids,
  });
  strace.kill("SIGINT");
  await ended;
  return perRequest(table, figures.logged);
}

function perRequest(table: string, requests: number): Calls {
  const byName: Record<string, number> = {};
  let total = 0;
  for (const line of table.split("\n")) {
    const columns = line.trim().split(/\s+/);
    const name = columns.at(-1);
    if (!/^\d/.test(columns[0] ?? "") || name === undefined || name === "total") continue;
    const each = Number(columns[3]) / requests;
    total += each;
    if (each >= 0.01) byName[name] = round(each);
  }
  return { total: round(total), byName };
}
