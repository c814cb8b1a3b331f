// A proxy with TLS and HTTP/2 between a browser and a server of HTTP/1.1, and what it logs.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer as listen } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../../lab/index.ts";
import { echo } from "./websocket.ts";

export const long = Buffer.alloc(3 << 20, "0123456789abcdef");
export const digest = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  switch (request.url) {
    case "/":
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>ready</title>");
      break;
    case "/long":
      response.end(long);
      break;
    case "/digest":
      response.end(digest(Buffer.concat(pieces)));
      break;
    default:
      response.end(`${request.headers.host} ${request.url}`);
  }
}

/** The same text for both engines. */
function configuration(port: number, origin: number, log: number, pem: string): string {
  return `global
    log 127.0.0.1:${log} local0
defaults
    mode http
    log global
    log-format "%cp %HV %ST %[ssl_fc_alpn] %{+Q}r"
    timeout client 10s
    timeout server 10s
    timeout connect 2s
    timeout tunnel 10s
frontend web
    bind 127.0.0.1:${port} ssl crt ${pem} alpn h2,http/1.1
    default_backend app
backend app
    server s 127.0.0.1:${origin}
`;
}

async function freePort(): Promise<number> {
  const server = listen().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

export class Bench {
  private readonly folder = mkdtempSync(join(tmpdir(), "tandem-h2-"));
  private readonly origin = createServer((request, response) => void answer(request, response));
  private readonly logs = createSocket("udp4");
  private proxy: ChildProcess | undefined;
  /** Behind the date and the name of the process. */
  readonly lines: string[] = [];
  port = 0;

  /** `command` gets the configuration's path and a folder of its own. */
  async start(command: (file: string, folder: string) => readonly string[]): Promise<void> {
    this.origin.on("upgrade", echo);
    this.origin.listen(0, "127.0.0.1");
    this.logs.bind(0, "127.0.0.1");
    this.logs.on("message", (line) => {
      this.lines.push(
        String(line)
          .trim()
          .replace(/^.*?\]: /, ""),
      );
    });
    await Promise.all([once(this.origin, "listening"), once(this.logs, "listening")]);
    this.port = await freePort();
    const file = join(this.folder, "haproxy.cfg");
    const { port } = this.origin.address() as AddressInfo;
    writeFileSync(file, configuration(this.port, port, this.logs.address().port, this.certificate()));
    const [program = "", ...words] = ["setpriv", "--pdeathsig", "KILL", ...command(file, this.folder)];
    this.proxy = spawn(program, words, { stdio: "ignore" });
    await until("the proxy listens", 30_000, async () => (await listens(this.port)) || undefined);
    this.lines.length = 0;
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
    if (this.proxy?.exitCode === null) {
      const gone = once(this.proxy, "exit");
      this.proxy.kill("SIGINT");
      await gone;
    }
    this.origin.closeAllConnections();
    this.origin.close();
    this.logs.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
