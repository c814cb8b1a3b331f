// tandemd or keepalived with the same file, as a tree of processes whose time and memory count.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { cpuTime } from "../proxy/machine.ts";
import type { Link } from "./link.ts";

export type Name = "tandemd" | "keepalived";

/** What a tree of processes has used or uses. */
export interface Usage {
  readonly cpuMicroseconds: number;
  readonly pssKib: number;
  readonly rssKib: number;
}

export class Program {
  private readonly folder = mkdtempSync(join(tmpdir(), "tandem-vrrp-"));
  private readonly child: ChildProcess;
  readonly name: Name;
  readonly side: 0 | 1;

  /** `apart`: with files of its own, so that it shares no memory with a second keepalived. */
  constructor(name: Name, binary: string, link: Link, side: 0 | 1, text: string, apart = false) {
    this.name = name;
    this.side = side;
    const file = join(this.folder, "keepalived.conf");
    writeFileSync(file, text);
    const words =
      name === "tandemd"
        ? [binary, "run", "--foreground", "--keepalived", file, "--run-dir", join(this.folder, "run")]
        : [
            ...[
              ...(apart ? this.copy() : ["keepalived"]),
              "--dont-fork",
              "--log-console",
              "--vrrp",
              "--use-file",
              file,
            ],
            ...["--pid", join(this.folder, "pid"), "--vrrp_pid", join(this.folder, "vrrp.pid")],
          ];
    this.child = spawn("ip", ["netns", "exec", link.names[side], ...words], { stdio: "ignore" });
  }

  /** The words that run a keepalived from copies of its program and its libraries. */
  private copy(): string[] {
    const program = execFileSync("which", ["keepalived"], { encoding: "utf8" }).trim();
    const list = execFileSync("ldd", [program], { encoding: "utf8" });
    const libraries = [...list.matchAll(/=> (\/\S+)/g)].map((found) => found[1] ?? "");
    const folder = join(this.folder, "copy");
    mkdirSync(folder);
    for (const file of [program, ...libraries]) copyFileSync(file, join(folder, basename(file)));
    return ["env", `LD_LIBRARY_PATH=${folder}`, join(folder, basename(program))];
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The process and all that it started. */
  private tree(): number[] {
    const root = this.child.pid;
    if (root === undefined || !this.running) throw new Error(`${this.name} does not run`);
    const parents = new Map<number, number>();
    for (const entry of readdirSync("/proc")) {
      const pid = Number(entry);
      if (!Number.isInteger(pid)) continue;
      const parent = parentOf(pid);
      if (parent !== undefined) parents.set(pid, parent);
    }
    const found = [root];
    for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
    return found;
  }

  usage(): Usage {
    const pids = this.tree();
    const sum = (of: (pid: number) => number) => pids.reduce((total, pid) => total + of(pid), 0);
    return {
      cpuMicroseconds: sum(cpuTime),
      pssKib: sum((pid) => memory(pid, "Pss")),
      rssKib: sum((pid) => memory(pid, "Rss")),
    };
  }

  async stop(): Promise<void> {
    if (this.running) {
      const gone = new Promise((resolve) => this.child.once("exit", resolve));
      this.child.kill("SIGTERM");
      const timer = setTimeout(() => this.child.kill("SIGKILL"), 15_000);
      await gone;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function versionOf(binary: string, name: Name): string {
  if (name === "tandemd") return execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
  return execFileSync("sh", ["-c", "keepalived --version 2>&1 | head -n 1"], { encoding: "utf8" }).trim();
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}

function memory(pid: number, field: "Pss" | "Rss"): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1]);
}
