// What a command costs: wall time, and processor time of everything that it starts, daemons included.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../../lab/index.ts";
import { groupPath } from "./group.ts";

export interface Cost {
  readonly wallMs: number;
  /** User and system together. */
  readonly cpuMs: number;
}

export interface Ran extends Cost {
  readonly code: number | null;
  readonly output: string;
}

export async function measure(
  argv: readonly string[],
  options: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    /** After so long it is killed, with everything that it has started. */
    readonly timeoutMs?: number;
  },
): Promise<Ran> {
  // Control groups count by themselves, whoever a process's parent has become.
  const group = groupPath(`cost-${process.hrtime.bigint()}`);
  mkdirSync(group);
  try {
    const began = performance.now();
    const line = ["-c", 'echo $$ >"$0/cgroup.procs" && exec "$@"', group, ...argv];
    const { cwd, timeoutMs } = options;
    const child = spawn("sh", line, {
      cwd,
      env: { ...options.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const pieces: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => pieces.push(data));
    const kill = () => writeFileSync(join(group, "cgroup.kill"), "1");
    const deadline = timeoutMs === undefined ? undefined : setTimeout(kill, timeoutMs);
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", resolve);
    }).finally(() => clearTimeout(deadline));
    const wallMs = performance.now() - began;
    const used = /^usage_usec (\d+)$/m.exec(readFileSync(join(group, "cpu.stat"), "utf8"))?.[1];
    return { code, wallMs, cpuMs: Number(used) / 1000, output: Buffer.concat(pieces).toString("utf8") };
  } finally {
    // Connections that are kept for a next run would make that one another than the first.
    writeFileSync(join(group, "cgroup.kill"), "1");
    await until("what the command left is gone", 10_000, () =>
      readFileSync(join(group, "cgroup.events"), "utf8").includes("populated 0") ? true : undefined,
    );
    rmdirSync(group);
  }
}
