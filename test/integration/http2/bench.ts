// A proxy with TLS and HTTP/2 between a browser and a server of HTTP/1.1, and what it logs, on a host of their own: a
// browser gives its requests up (ERR_NETWORK_CHANGED) when an address of its host comes or goes, and this machine's do
// whenever a lab is made beside this test.
import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { run, until } from "../../../lab/index.ts";
import { browse } from "../../../lab/pictures/browser.ts";
import { Cable, start } from "../../../lab/pictures/hosts.ts";

const PORT = 8443;
const ORIGIN = 8000;
/** How the browser calls the proxy. */
export const host = `localhost:${PORT}`;

/** The same text for both engines. */
const configuration = (pem: string) => `global
    log stdout format raw local0
defaults
    mode http
    log global
    log-format "%cp %HV %ST %[ssl_fc_alpn] %{+Q}r"
    timeout client 10s
    timeout server 10s
    timeout connect 2s
    timeout tunnel 10s
frontend web
    bind 127.0.0.1:${PORT} ssl crt ${pem} alpn h2,http/1.1
    default_backend app
backend app
    server s 127.0.0.1:${ORIGIN}
`;

export class Bench {
  readonly folder = mkdtempSync(join(tmpdir(), "tandem-h2-"));
  private readonly cable = new Cable();
  private readonly home = this.cable.hosts[0];
  private readonly children: ChildProcess[] = [];
  private log = "";

  /** What the proxy logged, and what it said besides. */
  get lines(): readonly string[] {
    return this.log.split("\n");
  }

  /** `command` gets the configuration's path and a folder of its own. */
  async start(command: (file: string, folder: string) => readonly string[]): Promise<void> {
    const program = new URL("./origin.ts", import.meta.url).pathname;
    this.children.push(start(this.home, [process.execPath, "--import", "tsx", program, String(ORIGIN)]));
    await this.answers(`http://127.0.0.1:${ORIGIN}/`);
    const file = join(this.folder, "haproxy.cfg");
    writeFileSync(file, configuration(this.certificate()));
    const proxy = this.serve(command(file, this.folder));
    await this.answers(`https://${host}/`, () => {
      if (proxy.exitCode !== null) throw new Error(`the proxy ended with ${proxy.exitCode}: ${this.log}`);
    });
    await until("the first request is logged", 30_000, () => this.log.includes('"GET ') || undefined);
    this.log = "";
  }

  private serve(command: readonly string[]): ChildProcess {
    const proxy = start(this.home, command, ["ignore", "pipe", "pipe"]);
    for (const output of [proxy.stdout, proxy.stderr]) {
      output?.setEncoding("utf8").on("data", (piece: string) => {
        this.log += piece;
      });
    }
    this.children.push(proxy);
    return proxy;
  }

  private async answers(url: string, look: () => void = () => undefined): Promise<void> {
    await until(`${url} answers`, 30_000, async () => {
      look();
      const asked = await run([...this.home.on, "curl", "-sfk", "--max-time", "5", url], {
        allowFailure: true,
      });
      return asked.code === 0 || undefined;
    });
  }

  browse(): Promise<Browser> {
    return browse(this.home, this.folder);
  }

  private certificate(): string {
    const [key, pem] = ["site.key", "site.pem"].map((name) => join(this.folder, name));
    const words = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -days 2 -subj /CN=localhost";
    const named = ["-addext", "subjectAltName=DNS:localhost", "-keyout", key ?? "", "-out", pem ?? ""];
    execFileSync("openssl", [...words.split(" "), ...named], { stdio: "ignore" });
    const both = [pem, key].map((path) => readFileSync(path ?? "", "utf8")).join("");
    writeFileSync(pem ?? "", both, { mode: 0o600 });
    return pem ?? "";
  }

  async close(): Promise<void> {
    for (const child of this.children.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, "exit");
      child.kill("SIGINT");
      await gone;
    }
    this.cable.cut();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
