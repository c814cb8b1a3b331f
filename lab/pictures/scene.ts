// A pair with traffic: two hosts with the real daemon, servers behind it, clients before it.
import { type ChildProcess, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../run.ts";
import { tandemd } from "../setup/paths.ts";
import { haproxy, keepalived } from "./configuration.ts";
import { Cable, type Host, start } from "./hosts.ts";

/** On the first host: the page with orders, and the same without. */
export const pages = { admin: "http://127.0.0.1:8404/stats", plain: "http://127.0.0.1:8405/stats" } as const;

export interface Live {
  readonly vrrp: readonly {
    readonly name: string;
    readonly state: string;
    readonly peers: readonly unknown[];
  }[];
}

export class Scene {
  readonly folder = mkdtempSync(join(tmpdir(), "tandem-scene-"));
  private readonly cable = new Cable();
  private readonly children: ChildProcess[] = [];
  private readonly web: ChildProcess;

  constructor() {
    const [first] = this.cable.hosts;
    const program = new URL("./web.ts", import.meta.url).pathname;
    this.web = start(first, [process.execPath, "--import", "tsx", program], ["pipe", "ignore", "inherit"]);
    this.cable.hosts.forEach((host, at) => {
      this.daemon(host, at === 0);
    });
  }

  get first(): Host {
    return this.cable.hosts[0];
  }

  private daemon(host: Host, first: boolean): void {
    const file = (name: string, text: string) => {
      const path = join(this.folder, `${host.name}-${name}`);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    const files = ["--haproxy", file("haproxy.cfg", haproxy()), "--keepalived"];
    files.push(file("keepalived.conf", keepalived(first)), "--run-dir", this.runDir(host));
    this.children.push(start(host, [tandemd, "run", "--foreground", ...files]));
  }

  runDir(host: Host): string {
    return join(this.folder, `${host.name}-run`);
  }

  /** The page's figures as they are now. */
  live(): Live {
    const words = [...this.first.on, "curl", "-sf", "--max-time", "5", `${pages.plain};live`];
    return JSON.parse(
      execFileSync(words[0] ?? "", words.slice(1), { encoding: "utf8", maxBuffer: 8 << 20 }),
    ) as Live;
  }

  /** Until each host holds one of the addresses, and they know of each other. */
  async ready(): Promise<void> {
    await until("the pair stands", 30_000, () => {
      try {
        const { vrrp } = this.live();
        const states = vrrp.map(({ name, state, peers }) => `${name} ${state} ${peers.length}`);
        return states.join() === "VI_SHOP MASTER 1,VI_MAIL BACKUP 1" ? true : undefined;
      } catch {
        return undefined;
      }
    });
  }

  /** Stops or starts the server at a port. */
  server(port: number, up: boolean): void {
    this.web.stdin?.write(`${up ? "up" : "down"} ${port}\n`);
  }

  handOver(): void {
    const words = [...this.first.on, tandemd, "handover", "--run-dir", this.runDir(this.first)];
    execFileSync(words[0] ?? "", words.slice(1));
  }

  async close(): Promise<void> {
    this.web.stdin?.end();
    const alive = this.children.filter(({ exitCode }) => exitCode === null);
    const ends = alive.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    for (const child of alive) child.kill("SIGINT");
    await Promise.race([Promise.all(ends), sleep(10_000)]);
    this.cable.cut();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
