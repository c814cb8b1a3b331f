import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../../../lab/index.ts";
import { tandemd } from "../../../lab/setup/paths.ts";
import { SshShell } from "../../../src/host/index.ts";
import { runCli } from "../../cli/run-cli.ts";
import { missing } from "../../render/originals.ts";
import { type Sshd, startSshd } from "./sshd.ts";

const keepalived = (priority: number, state: string) => `vrrp_instance VI_1 {
    state ${state}
    interface lo
    virtual_router_id 51
    priority ${priority}
    authentication {
        auth_type PASS
        auth_pass s3cret
    }
    virtual_ipaddress {
        127.0.0.100/8
    }
}
include conf.d/*.conf
`;
const haproxy = (extra: string) =>
  `defaults\n    timeout connect 5s\nfrontend web\n    bind 127.0.0.100:80\n    default_backend web\nbackend web\n    server a 127.0.0.2:80\n${extra}`;

describe.skipIf(missing(tandemd) !== undefined)("an import from two live hosts", () => {
  let hosts: readonly [Sshd, Sshd];
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tandem-live-"));
    hosts = await Promise.all([startSshd(), startSshd()]);
    await put(hosts[0], "/etc/keepalived/keepalived.conf", keepalived(90, "BACKUP"));
    await put(hosts[1], "/etc/keepalived/keepalived.conf", keepalived(150, "MASTER"));
    await put(hosts[0], "/etc/haproxy/haproxy.cfg", haproxy(""));
    await put(hosts[1], "/etc/haproxy/haproxy.cfg", haproxy("    retries 1\n"));
    const known = hosts.map(({ dir, port }) => {
      const key = readFileSync(join(dir, "host_key.pub"), "utf8").split(" ").slice(0, 2).join(" ");
      return `[127.0.0.1]:${port} ${key}\n`;
    });
    writeFileSync(join(folder, "known_hosts"), known.join(""));
  }, 60_000);

  afterAll(async () => {
    await Promise.all((hosts ?? []).map((host) => host.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  async function put(host: Sshd, path: string, text: string): Promise<void> {
    const shell = new SshShell(host.connection());
    try {
      const script = 'mkdir -p "${1%/*}" && cat >"$1"';
      expect((await shell.run(["sh", "-c", script, "sh", path], { stdin: text })).exitCode).toBe(0);
    } finally {
      await shell.close();
    }
  }

  const run = (...ports: readonly number[]) =>
    runCli(
      [
        "import",
        "live",
        "--force",
        "--identity",
        hosts[0].keys.ed25519,
        "--known-hosts",
        "known_hosts",
        ...ports.flatMap((port, index) => ["--host", `lb-${index + 1}=root@127.0.0.1:${port}`]),
      ],
      { cwd: folder, env: { TANDEM_BINARY: tandemd } },
    );

  test("reads both hosts, names their files in the list, and leaves no copy and no password behind", async () => {
    // The second host accepts keys of its own.
    const shell = new SshShell(hosts[1].connection());
    const key = readFileSync(`${hosts[0].keys.ed25519}.pub`, "utf8");
    await shell.run(["sh", "-c", "cat >>/root/.ssh/authorized_keys"], { stdin: key });
    await shell.close();
    const { stderr } = await run(hosts[0].port, hosts[1].port);
    const text = readFileSync(join(folder, "stacks/live.ts"), "utf8");
    expect(text).toContain('master: "lb-2"');
    expect(text).toContain('"lb-1": { priority: 90, state: "BACKUP" }');
    expect(text).toContain('interfaceAddress: "127.0.0.1/8"');
    expect(text).toContain('{ name: "a", address: "127.0.0.2", port: 80 }');
    expect(stderr).toContain("lb-1:/etc/keepalived/keepalived.conf:8:9: warning[IMPORT_SECRET]");
    expect(stderr).toContain(
      "host lb-2: error[IMPORT_NOT_CARRIED]: its /etc/haproxy/haproxy.cfg is another than that of lb-1",
    );
    expect(stderr).toMatch(
      /lb-1:\/etc\/keepalived\/keepalived\.conf:14:\d+: error\[IMPORT_NOT_CARRIED\].*no file matches/,
    );
    expect(`${text}${stderr}`).not.toContain("s3cret");
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("tandem-copies-"))).toEqual([]);
  });

  test("a host that cannot be reached ends it with 4, and nothing is written", async () => {
    rmSync(join(folder, "stacks"), { recursive: true, force: true });
    const { code, stderr } = await run(hosts[0].port, await freePort());
    expect(stderr).toContain("error[HOST_UNREACHABLE]");
    expect(code).toBe(4);
    expect(readdirSync(folder)).toEqual(["known_hosts"]);
  });
});
