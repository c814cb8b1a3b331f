// What the statistics cost with a thousand servers, beside haproxy, and whether requests wait for them.
// usage: node --import tsx bench/statistics/main.ts [ROUNDS]
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../lab/index.ts";
import { tandemd } from "../../lab/setup/paths.ts";
import { cpuTime, median } from "../proxy/machine.ts";
import { Daemon } from "../reload/daemon.ts";

const rounds = Number(process.argv[2] ?? 100);
const forms = ["page", "csv", "json", "live"] as const;
const tails: Record<(typeof forms)[number], string> = { page: "", csv: ";csv", json: ";json", live: ";live" };

function configuration(port: number, origin: number): string {
  const backends = Array.from({ length: 100 }, (_, b) => {
    const lines = Array.from({ length: 10 }, (_, s) => `    server s${s} 192.0.2.${b + 1}:${8000 + s}\n`);
    return `backend other${b}\n${lines.join("")}`;
  });
  return `global\n    nbthread 1\ndefaults\n    mode http\n    timeout client 60s\n    timeout server 60s\n    timeout connect 5s\nfrontend web\n    bind 127.0.0.1:${port}\n    stats uri /stats\n    default_backend app\nbackend app\n    server one 127.0.0.1:${origin}\n${backends.join("")}`;
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

/** Milliseconds of processor time for a rendering, and of waiting for an ordinary request meanwhile. */
async function measure(port: number, pid: number, form: (typeof forms)[number]) {
  const url = `http://127.0.0.1:${port}`;
  const waited: number[] = [];
  let over = false;
  const bystander = (async () => {
    while (!over) {
      const begin = performance.now();
      await answers(`${url}/`);
      waited.push(performance.now() - begin);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  // What the bystander costs is known first.
  const alone = await cost(pid, waited, async () => {
    const end = waited.length + 50;
    while (waited.length < end) await new Promise((resolve) => setTimeout(resolve, 10));
  });
  waited.length = 0;
  const before = cpuTime(pid);
  for (let round = 0; round < rounds; round += 1) {
    if (!(await answers(`${url}/stats${tails[form]}`))) throw new Error(`${form} was not answered`);
  }
  const spent = cpuTime(pid) - before - alone * waited.length;
  over = true;
  await bystander;
  const longest = Math.max(...waited);
  return { cpu: spent / rounds / 1000, median: median(waited), longest };
}

/** Microseconds of processor time for each request of the bystander. */
async function cost(pid: number, waited: readonly number[], run: () => Promise<void>): Promise<number> {
  const [before, count] = [cpuTime(pid), waited.length];
  await run();
  return (cpuTime(pid) - before) / (waited.length - count);
}

const origin = createServer((_, response) => response.end("ok")).listen(0, "127.0.0.1");
await once(origin, "listening");
const folder = mkdtempSync(join(tmpdir(), "tandem-statistics-"));
const daemon = new Daemon(tandemd);
let haproxy: ChildProcess | undefined;
try {
  const behind = (origin.address() as AddressInfo).port;
  const [ours, theirs] = [await freePort(), await freePort()];
  await daemon.start(configuration(ours, behind));
  const file = join(folder, "haproxy.cfg");
  writeFileSync(file, configuration(theirs, behind));
  haproxy = spawn("setpriv", ["--pdeathsig", "TERM", "haproxy", "-db", "-f", file], { stdio: "ignore" });
  const end = Date.now() + 20_000;
  while (!(await answers(`http://127.0.0.1:${theirs}/`))) {
    if (Date.now() > end) throw new Error("haproxy does not start: it takes Debian's package");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  for (const form of forms) {
    // haproxy has no such form.
    const both =
      form === "live"
        ? [["tandemd", ours, daemon.proxy()]]
        : [
            ["tandemd", ours, daemon.proxy()],
            ["haproxy", theirs, haproxy.pid],
          ];
    for (const [name, port, pid] of both as [string, number, number][]) {
      const found = await measure(port, pid, form);
      const [cpu, usual, longest] = [found.cpu, found.median, found.longest].map((ms) =>
        ms.toFixed(1).padStart(6),
      );
      console.log(
        `${form.padEnd(5)} ${name}  ${cpu} ms of processor, a request meanwhile: median ${usual} ms, longest ${longest} ms`,
      );
    }
  }
} finally {
  haproxy?.kill("SIGTERM");
  await daemon.stop();
  origin.close();
  rmSync(folder, { recursive: true, force: true });
}
