// The programs of a run: nginx as origin, haproxy and tandemd with the same configuration text.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./machine.ts";

/** A proxy under load: where it listens and whose processor time counts. */
export interface Contender {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
}

export class Programs {
  readonly directory = mkdtempSync(join(tmpdir(), "tandem-bench-"));
  private readonly children: ChildProcess[] = [];

  /** nginx with one worker, pinned beside the load generator. */
  async origin(bytes: number): Promise<number> {
    const port = await freePort();
    const root = join(this.directory, "www");
    mkdirSync(root, { recursive: true, mode: 0o755 });
    execFileSync("chmod", ["755", this.directory]);
    writeFileSync(join(root, "page"), Buffer.alloc(bytes, "x"));
    const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((kind) => `${kind}_temp_path ${join(this.directory, kind)};`)
      .join(" ");
    const file = this.write(
      "nginx.conf",
      `worker_processes 1; daemon off; pid ${join(this.directory, "nginx.pid")}; error_log ${join(this.directory, "nginx.log")};
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000; ${paths}
  server { listen 127.0.0.1:${port} backlog=4096; root ${root}; } }
`,
    );
    await this.start(port, 1, "nginx", ["-c", file]);
    return port;
  }

  async haproxy(config: (port: number) => string): Promise<Contender> {
    const port = await freePort();
    const file = this.write("haproxy.cfg", config(port));
    const child = await this.start(port, 0, "haproxy", ["-db", "-q", "-f", file]);
    return { name: "haproxy", port, pid: child.pid ?? 0 };
  }

  /** The processor time counted is the proxy process's, not its supervisor's. */
  async tandemd(binary: string, config: (port: number) => string): Promise<Contender> {
    const port = await freePort();
    const file = this.write("tandem.cfg", config(port));
    const run = join(this.directory, "run");
    await this.start(port, 0, binary, ["run", "--foreground", "--haproxy", file, "--run-dir", run]);
    const status = execFileSync(binary, ["status", "--json", "--run-dir", run], { encoding: "utf8" });
    const { processes } = JSON.parse(status) as { processes: { name: string; pid: number }[] };
    const pid = processes.find((process) => process.name === "proxy")?.pid;
    if (pid === undefined) throw new Error(`tandemd runs no proxy process:\n${status}`);
    return { name: "tandemd", port, pid };
  }

  /** Ends what this run started, by process id, and removes its files. */
  async stop(): Promise<void> {
    const ended = this.children.map(
      (child) =>
        new Promise<void>((resolve) =>
          child.exitCode === null ? child.once("exit", () => resolve()) : resolve(),
        ),
    );
    for (const child of this.children) child.kill("SIGTERM");
    const timer = setTimeout(() => {
      for (const child of this.children) child.kill("SIGKILL");
    }, 5000);
    await Promise.all(ended);
    clearTimeout(timer);
    rmSync(this.directory, { recursive: true, force: true });
  }

  private write(name: string, text: string): string {
    const file = join(this.directory, name);
    writeFileSync(file, text);
    return file;
  }

  private async start(
    port: number,
    cpu: number,
    program: string,
    args: readonly string[],
  ): Promise<ChildProcess> {
    const child = spawn("taskset", ["-c", String(cpu), program, ...args], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    this.children.push(child);
    const end = Date.now() + 10_000;
    while (!(await answers(port))) {
      if (child.exitCode !== null || Date.now() > end)
        throw new Error(`${program} does not listen on ${port}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return child;
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
