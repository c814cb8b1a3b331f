import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../lab/index.ts";
import { tandemd } from "../../../lab/setup/paths.ts";
import { SshShell } from "../../../src/host/index.ts";
import { HostPaths } from "../../../src/render/index.ts";
import { runCli } from "../../cli/run-cli.ts";
import { type Sshd, startSshd } from "./sshd.ts";

const repository = resolve(import.meta.dirname, "../../..");
const built = existsSync(tandemd);

describe.skipIf(!built)(
  `tandem status and tandem top over SSH (${built ? "a daemon, and a host that is not there" : "skipped: dist/tandemd is not built"})`,
  () => {
    let host: Sshd;
    let shell: SshShell;
    let folder: string;

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), "tandem-status-"));
      host = await startSshd();
      shell = new SshShell(host.connection());
      const port = await freePort();
      const text = `global\n    stats socket ${HostPaths.runtime}/admin.sock mode 600 level user\ndefaults\n    mode http\n    timeout connect 1s\n    timeout client 1s\n    timeout server 1s\nfrontend www\n    bind 127.0.0.1:${port}\n    default_backend web\nbackend web\n    server web-1 127.0.0.1:9 check inter 100\n`;
      const script = `mkdir -p "$(dirname "$2")" && echo "ExecStart=$1 run" >"$2" && cat >/run/haproxy.cfg &&
        (setsid "$1" run --foreground --haproxy /run/haproxy.cfg </dev/null >/run/log 2>&1 &)
        for i in $(seq 400); do "$1" status --json 2>/dev/null | grep -q '"DOWN"' && exit 0; sleep 0.05; done; cat /run/log; exit 1`;
      const started = await shell.run(["sh", "-c", script, "sh", tandemd, HostPaths.unit], { stdin: text });
      expect(started.stdout.toString(), started.stderr).toBe("");
      mkdirSync(join(folder, "stacks"));
      const node = (name: string, last: number, to: number) =>
        `{ name: "${name}", address: "127.0.0.${last}", interface: "eth0", interfaceAddress: "10.0.0.1${last}/24", ssh: { port: ${to}, authentication: [{ kind: "privateKeyFile", path: ${JSON.stringify(host.keys.ed25519)} }], hostKey: { kind: "pinned", fingerprint: "${host.fingerprint}" } } }`;
      writeFileSync(
        join(folder, "stacks/dev.ts"),
        `import { defineStack } from ${JSON.stringify(join(repository, "src/index.ts"))};
export const stack = defineStack({ name: "shop", pairs: [{ name: "web",
  nodes: [${node("lb-a", 1, host.port)}, ${node("lb-b", 2, await freePort())}],
  proxy: { runtimeSocket: { level: "user" } },
  vrrpInstances: [{ name: "VI_1", virtualRouterId: 51, master: "lb-a", vips: [{ address: "10.0.0.100/24" }] }],
  frontends: [{ name: "www", mode: "http", binds: [{ address: "10.0.0.100", port: 80 }], defaultBackend: "web" }],
  backends: [{ name: "web", mode: "http", healthCheck: { kind: "tcp" }, servers: [{ name: "web-1", address: "10.0.0.21", port: 80 }] }] }] });
`,
      );
    });

    afterAll(async () => {
      await shell?.close();
      await host?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it("shows the one that answers, says why the other does not, and ends with 1", async () => {
      const { code, stderr } = await runCli(["status", "dev"], { cwd: folder });
      expect(stderr).toMatch(/^web: not well\n/);
      expect(stderr).toMatch(/ {2}lb-a {2}0\/1 servers up · 0 connections · 0 requests · up for /);
      expect(stderr).toContain("! lb-a: web/web-1 is DOWN (L4CON)");
      expect(stderr).toMatch(/! lb-b: .*(refused|reach)/);
      expect(code).toBe(1);
    });

    it("top shows one look with what the runtime socket knows, and says why the other host says nothing", async () => {
      const { code, stdout } = await runCli(["top", "dev", "--once"], { cwd: folder });
      expect(stdout).toMatch(/^web\n/);
      expect(stdout).toMatch(/ {2}! lb-b: .*(refused|reach)/);
      expect(stdout).toMatch(/lb-a {2}www \(frontend\) {2,}OPEN +0 +0 /);
      expect(stdout).toMatch(/lb-a {2}web\/web-1 {2,}DOWN +0 +0 +0 +0 +0 +0 .*L4CON\n/);
      expect(code).toBe(0);
    });

    it("top gives programs rows with names, and where they are from", async () => {
      const { stdout } = await runCli(["top", "dev", "--json"], { cwd: folder });
      const { pairs } = JSON.parse(stdout) as { pairs: [{ nodes: { source: string; rows: object[] }[] }] };
      expect(pairs[0].nodes.map(({ source }) => source)).toEqual(["runtimeSocket", "none"]);
      expect(pairs[0].nodes[0]?.rows).toContainEqual(
        expect.objectContaining({ kind: "server", proxy: "web", server: "web-1", state: "DOWN", queue: 0 }),
      );
    });

    /** Runs `tandem top` on a terminal of its own, and leaves it once a picture is there. */
    function onTerminal(name: string, leave: (write: (keys: string) => void, pid: number) => void) {
      const at = (file: string) => join(folder, `${name}.${file}`);
      const main = join(repository, "src/cli/main.ts");
      const script = `stty cols 120 rows 30; stty -g >${at("before")}
        sh -c 'echo $$ >${at("pid")}; exec ${process.execPath} --import ${import.meta.resolve("tsx")} ${main} top dev --every 0.2'
        echo $? >${at("code")}; stty -g >${at("after")}`;
      const child = spawn("script", ["-qfc", script, "/dev/null"], { cwd: folder });
      let shown = "";
      let left = false;
      child.stdout.on("data", (bytes: Buffer) => {
        shown += bytes.toString();
        if (left || !shown.includes("web/web-1")) return;
        left = true;
        leave((keys) => child.stdin.write(keys), Number(readFileSync(at("pid"), "utf8")));
      });
      const read = (file: string) => readFileSync(at(file), "utf8").trim();
      return new Promise<{ code: string; shown: string; before: string; after: string }>((done, fail) => {
        child.on("error", fail);
        child.on("close", () =>
          done({ shown, code: read("code"), before: read("before"), after: read("after") }),
        );
      });
    }

    it.concurrent.each([
      ["q", "0", (write: (keys: string) => void) => write("q")],
      ["SIGINT", "130", (_: unknown, pid: number) => process.kill(pid, "SIGINT")],
      ["SIGTERM", "143", (_: unknown, pid: number) => process.kill(pid, "SIGTERM")],
    ])(
      "top stays on a terminal, and leaves it as it was after %s",
      async (name, code, leave) => {
        const run = await onTerminal(name, leave);
        expect(run.shown).toContain("q quit  s order");
        expect(run.shown).toMatch(/\[\?1049h[\s\S]*\[\?25h.{1,2}\[\?1049l/);
        expect(run).toMatchObject({ code, after: run.before });
      },
      30_000,
    );

    it("gives programs all of it as JSON, and refuses a pair that is not there", async () => {
      const { stdout } = await runCli(["status", "dev", "--json"], { cwd: folder });
      const { pairs } = JSON.parse(stdout) as {
        pairs: { pair: string; troubles: string[]; nodes: unknown[] }[];
      };
      expect(pairs.map(({ pair, nodes }) => [pair, nodes.length])).toEqual([["web", 2]]);
      expect(pairs[0]?.troubles).toHaveLength(2);
      const { code, stderr } = await runCli(["status", "dev", "--pair", "wbe"], { cwd: folder });
      expect([code, stderr]).toEqual([64, expect.stringContaining("CLI_NO_SUCH_NODE")]);
    });
  },
);
