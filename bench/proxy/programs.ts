// The proxies of a run, each started for one case.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nginxStream } from "./needs.ts";

/** A proxy under load: where it listens and whose processor time counts. */
export interface Contender {
  readonly name: string;
  readonly port: number;
  readonly pids: readonly number[];
}

export class Programs {
  readonly directory = mkdtempSync(join(tmpdir(), "tandem-bench-"));
  private children: ChildProcess[] = [];
  private readonly cpus: string;

  /** `cpus`: which processors the proxies may use, as taskset writes it. */
  constructor(cpus: string) {
    this.cpus = cpus;
    execFileSync("chmod", ["755", this.directory]);
  }

  async haproxy(name: string, port: number, config: string): Promise<Contender> {
    const file = this.write(`${name}.cfg`, config);
    const child = await this.start(port, "haproxy", ["-db", "-q", "-f", file]);
    return { name, port, pids: [child.pid ?? 0] };
  }

  /** The processor time counted is the proxy process's, not its supervisor's. */
  async tandemd(binary: string, port: number, config: string): Promise<Contender> {
    const file = this.write("tandem.cfg", config);
    const run = join(this.directory, "run");
    await this.start(port, binary, ["run", "--foreground", "--haproxy", file, "--run-dir", run]);
    const asked = ["status", "--json", "--run-dir", run];
    const status = execFileSync(binary, asked, { encoding: "utf8", maxBuffer: 2 ** 26 });
    const { processes } = JSON.parse(status) as { processes: { name: string; pid: number }[] };
    const pid = processes.find((process) => process.name === "proxy")?.pid;
    if (pid === undefined) throw new Error(`tandemd runs no proxy process:\n${status}`);
    return { name: "tandemd", port, pids: [pid] };
  }

  /** `blocks`: the http or stream block. The processor time counted is the workers'. */
  async nginx(port: number, threads: number, blocks: string): Promise<Contender> {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
      .map((kind) => `${kind}_temp_path ${join(this.directory, kind)};`)
      .join(" ");
    const module = blocks.includes("stream {") ? `load_module ${nginxStream};\n` : "";
    const file = this.write(
      "nginx.conf",
      `${module}worker_processes ${threads}; daemon off; pid ${join(this.directory, "nginx.pid")};
error_log ${join(this.directory, "nginx.log")}; worker_rlimit_nofile 20000;
events { worker_connections 11000; }
${blocks.replace(/^http \{/m, `http { ${temporary}`)}
`,
    );
    const child = await this.start(port, "nginx", ["-c", file]);
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    return { name: "nginx", port, pids: children.trim().split(" ").map(Number) };
  }

  /** A file with a certificate of its own signing and its key, ECDSA P-256. */
  certificate(): string {
    const file = join(this.directory, "site.pem");
    const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const subject = ["-subj", "/CN=bench.example", "-addext", "subjectAltName=DNS:bench.example"];
    const both = execFileSync(
      "openssl",
      ["req", "-x509", "-days", "2", ...kind, ...subject, "-keyout", "-"],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    writeFileSync(file, both);
    return file;
  }

  /** Ends what this run started, by process id, and removes its files. */
  async stop(): Promise<void> {
    await this.end();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Ends the programs of a case. */
  async end(): Promise<void> {
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
    this.children = [];
  }

  private write(name: string, text: string): string {
    const file = join(this.directory, name);
    writeFileSync(file, text);
    return file;
  }

  private async start(port: number, program: string, args: readonly string[]): Promise<ChildProcess> {
    // A benchmark that is killed takes its proxies with it.
    const mortal = ["--pdeathsig", "TERM", "taskset", "-c", this.cpus, program, ...args];
    const child = spawn("setpriv", mortal, {
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
