import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tandemd } from "../../../lab/setup/paths.ts";
import { SshShell } from "../../../src/host/index.ts";
import { fromRelease } from "../../../src/provider/node/inputs.ts";
import { fillSecrets, type Release, type ReleaseFileName, render } from "../../../src/render/index.ts";
import { checkStack } from "../../../src/stack/index.ts";
import { runCli } from "../../cli/run-cli.ts";
import { missing } from "../../render/originals.ts";
import { instanceWith } from "../../stack/sample.ts";
import { type Sshd, startSshd } from "../host/sshd.ts";

// Two real sshd, each with a file system of its own; systemd is not there, so the service counts as stopped.
const SECRET = "s3cretPw";
const program = "#!/bin/sh\nexit 1\n";
const binary = { sha256: createHash("sha256").update(program).digest("hex"), version: "0.1.0" };
const ADD_USER = "useradd --system --user-group tandem";
const secrets = { "vrrp.VI_1.password": SECRET };

interface Told {
  readonly kind: string;
  readonly node?: string;
  readonly message: string;
  readonly diff?: string;
  readonly since?: string;
  readonly who: readonly string[];
}

describe.skipIf(missing(tandemd) !== undefined)("drift of two hosts over SSH", () => {
  let hosts: readonly [Sshd, Sshd];
  let folder: string;
  const { stack } = checkStack(
    instanceWith(
      { authentication: { kind: "PASS", password: { kind: "config", key: "vrrp" } } },
      { vrrp: { version: 2 } },
    ),
  );
  const [pair] = stack.pairs;
  if (pair === undefined) throw new Error("the sample has a pair");
  // Kernel parameters are those of this machine, which a test leaves alone.
  const releases = (["lb-a", "lb-b"] as const).map(
    (name): Release => ({ ...render(pair, name, binary), sysctls: {} }),
  );

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tandem-drift-"));
    hosts = await Promise.all([startSshd(), startSshd()]);
    for (const [index, release] of releases.entries()) await install(index, release);
    const resources = releases.map((release, index) => ({
      urn: `urn:pulumi:test::edge::tandem:index:Node::${release.node}`,
      type: "tandem:index:Node",
      inputs: {
        ...fromRelease(release),
        connection: hosts[index]?.connection({ name: release.node }),
        secrets,
      },
    }));
    writeFileSync(join(folder, "state.json"), JSON.stringify({ deployment: { resources } }), { mode: 0o600 });
    writeFileSync(
      join(folder, "pulumi"),
      `#!/bin/sh\ncase "$2" in\nls) echo '[{"name":"dev"},{"name":"prod"}]' ;;\nexport) cat ${folder}/state.json ;;\nesac\n`,
    );
    chmodSync(join(folder, "pulumi"), 0o755);
  }, 60_000);

  afterAll(async () => {
    await Promise.all((hosts ?? []).map((host) => host.stop()));
    rmSync(folder, { recursive: true, force: true });
  });

  async function onHost(index: number, script: string, stdin = "", ...args: string[]): Promise<void> {
    const shell = new SshShell((hosts[index] as Sshd).connection());
    try {
      const ran = await shell.run(["sh", "-ec", script, "sh", ...args], { stdin });
      expect(ran.exitCode, ran.stderr).toBe(0);
    } finally {
      await shell.close();
    }
  }

  async function install(index: number, release: Release): Promise<void> {
    const link = `mkdir -p /etc/tandem/releases/${release.id} /opt/tandem/bin; ln -s releases/${release.id} /etc/tandem/current`;
    const path = `/opt/tandem/bin/tandemd-${binary.sha256}`;
    await onHost(index, `${link}; cat >${path}; chmod 755 ${path}; ${ADD_USER}`, program);
    for (const name of Object.keys(release.files) as ReleaseFileName[]) {
      const file = release.files[name];
      if (file === undefined) continue;
      const write = 'mkdir -p "${1%/*}"; cat >"$1"; chmod "$2" "$1"; touch -d 2024-01-01T00:00:00Z "$1"';
      await onHost(index, write, fillSecrets(file.text, secrets), file.path, file.mode.toString(8));
    }
  }

  const run = (...argv: string[]) =>
    runCli(argv, { cwd: folder, env: { TANDEM_PULUMI: join(folder, "pulumi"), TANDEM_BINARY: tandemd } });

  /** What is told beside the service, which cannot run here. */
  async function drift(): Promise<{
    readonly code: number;
    readonly told: readonly Told[];
    readonly text: string;
  }> {
    const { code, stdout, stderr } = await run("drift", "--json");
    const { stacks } = JSON.parse(stdout) as { stacks: readonly [{ readonly drift: readonly Told[] }] };
    return {
      code,
      told: stacks[0].drift.filter(({ kind }) => kind !== "service"),
      text: `${stdout}${stderr}`,
    };
  }

  test("nothing is found where nothing was altered, but a service that does not run", async () => {
    expect((await drift()).told).toEqual([]);
  });

  test("texts, secrets, rights, owners, binaries, releases and files of a later boot, with time and suspects", async () => {
    await onHost(
      1,
      `cd /etc/tandem/current
       sed -i 's/balance roundrobin/balance leastconn/; s/server web-2 .*/& weight 7/' haproxy.cfg
       touch -d 2024-03-01T10:00:00Z haproxy.cfg
       sed -i 's/auth_pass .*/auth_pass 0therPw/' keepalived.conf
       chmod 644 keepalived.conf
       chown nobody /etc/systemd/system/tandem.service
       echo '# altered' >>/opt/tandem/bin/tandemd-${binary.sha256}
       ln -sfn releases/other /etc/tandem/current.new; cp -a /etc/tandem/releases/${releases[1]?.id} /etc/tandem/releases/0123456789abcdef
       ln -sfn releases/0123456789abcdef /etc/tandem/current`,
    );
    const { code, told, text } = await drift();
    expect(code).toBe(2);
    const has = (kind: string, message: RegExp) =>
      expect(told).toContainEqual(
        expect.objectContaining({ kind, node: "lb-b", message: expect.stringMatching(message) }),
      );
    has("file", /^haproxy\.cfg was changed/);
    has("file", /^keepalived\.conf was changed/);
    has("mode", /^keepalived\.conf has mode 0644/);
    has("owner", /^tandem\.service belongs to nobody:/);
    has("binary", /was altered on the host/);
    has("release", /^the current release is 0123456789abcdef/);
    expect(told.filter(({ node }) => node === "lb-a")).toEqual([]);
    const changed = told.find(({ message }) => message.startsWith("haproxy.cfg"));
    expect(changed?.since).toBe("2024-03-01T10:00:00Z");
    expect(changed?.diff).toMatch(/^-\s+balance leastconn$/m);
    const password = told.find(({ message }) => message.startsWith("keepalived.conf was"));
    expect(password?.diff).toContain("- ".trim());
    expect(password?.diff).toContain("@@secret: changed@@");
    expect(told.find(({ kind }) => kind === "release-differs")?.message).toMatch(/^lb-a and lb-b run/);
    for (const secret of [SECRET, "0therPw"]) expect(text).not.toContain(secret);
  });

  test("the table, the page and the metrics say the same, for all stacks", async () => {
    const { code, stdout } = await run("drift", "--all", "--html", "drift.html", "--textfile", "drift.prom");
    expect(code).toBe(2);
    expect(stdout).toMatch(/^drift stack dev: \d+ found$/m);
    expect(stdout).toMatch(/lb-b +mode +keepalived\.conf has mode 0644, not 0600/);
    expect(stdout).toMatch(/^ {2}- +balance leastconn$/m);
    const page = readFileSync(join(folder, "drift.html"), "utf8");
    expect(page).toContain("<h2>Stack prod</h2>");
    expect(page).toContain('<span class="del">-    balance leastconn</span>');
    const metrics = readFileSync(join(folder, "drift.prom"), "utf8");
    expect(metrics).toMatch(/^tandem_drift\{stack="dev",pair="edge",node="lb-b",kind="mode"\} 1$/m);
    for (const secret of [SECRET, "0therPw"]) expect(`${stdout}${page}`).not.toContain(secret);
    expect((await run("drift", "--all", "--stack", "dev")).code).toBe(64);
  });

  test("a watch tells what is new, once, and goes on until it is ended", async () => {
    const end = new AbortController();
    let printed = "";
    const watch = runCli(["drift", "--watch", "1", "--textfile", "watch.prom"], {
      cwd: folder,
      env: { TANDEM_PULUMI: join(folder, "pulumi") },
      signal: end.signal,
      onPrint: (text) => {
        printed = text;
      },
    });
    const told = (pattern: RegExp) => expect.poll(() => printed, { timeout: 60_000 }).toMatch(pattern);
    await told(/lb-b +mode +keepalived\.conf has mode 0644/);
    expect(printed).not.toMatch(/lb-a +mode/);
    await onHost(0, "chmod 600 /etc/tandem/current/haproxy.cfg");
    await told(/lb-a +mode +haproxy\.cfg has mode 0600, not 0640/);
    await onHost(0, "chmod 640 /etc/tandem/current/haproxy.cfg");
    const metrics = () => readFileSync(join(folder, "watch.prom"), "utf8");
    const clean = /^tandem_drift\{[^}]*node="lb-a",kind="mode"\} 1$/m;
    await expect.poll(metrics, { timeout: 60_000 }).not.toMatch(clean);
    const looks = () => Number(/^tandem_drift_checked_seconds\S* (\S+)$/m.exec(metrics())?.[1]);
    const [before, text] = [looks(), printed];
    await expect.poll(looks, { timeout: 60_000 }).toBeGreaterThan(before + 1);
    end.abort();
    const { code } = await watch;
    expect(code).toBe(130);
    // Looks that found nothing new have printed nothing.
    expect(printed.replace(text, "")).not.toMatch(/lb-a +mode/);
  });

  test("the proxy's user is missed by its name in either file, and is no field of a definition", async () => {
    for (const [remove, restore] of [
      ["userdel tandem", ADD_USER],
      ["sed -i s/^tandem:/tandem-gone:/ /etc/group", "sed -i s/^tandem-gone:/tandem:/ /etc/group"],
    ] as const) {
      await onHost(0, remove);
      expect((await drift()).told.filter(({ node }) => node === "lb-a")).toMatchObject([
        { kind: "user", message: "there is no user and group tandem, as which the proxy starts", who: [] },
      ]);
      expect((await run("adopt")).stdout).toContain("lb-a: there is no user and group tandem");
      await onHost(0, restore);
    }
    expect((await drift()).told.filter(({ node }) => node === "lb-a")).toEqual([]);
  });

  test("adopt says what to write, and what no definition says", async () => {
    const { code, stdout } = await run("adopt");
    expect(code).toBe(2);
    expect(stdout).toContain(
      'pairs["edge"].backends["web"].balance  (as on lb-b)\n- "roundrobin"\n+ "leastconn"\n',
    );
    expect(stdout).toContain('pairs["edge"].backends["web"].servers["web-2"].weight  (as on lb-b)\n+ 7\n');
    expect(stdout).toContain("lb-b: keepalived.conf has mode 0644, not 0600");
    expect(stdout).toContain("lb-b: a secret in keepalived.conf is another one");
    expect(stdout).not.toContain("0therPw");
  });
});
