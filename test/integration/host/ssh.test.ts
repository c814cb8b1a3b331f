import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "../../../lab/index.ts";
import { ExitCode } from "../../../src/diagnostics/index.ts";
import { type Connection, SshShell } from "../../../src/host/index.ts";
import { shellContract } from "../../host/shell-contract.ts";
import { type Sshd, startSshd } from "./sshd.ts";

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd?.stop());

/** Opens a shell, asks who it is, closes it. */
async function whoami(change: Partial<Connection>): Promise<string> {
  const shell = new SshShell(sshd.connection(change));
  try {
    return (await shell.run(["id", "-un"])).stdout.toString().trim();
  } finally {
    await shell.close();
  }
}

const unreachable = (code: string, text: string | RegExp) => ({
  code,
  exitCode: ExitCode.unreachable,
  message: typeof text === "string" ? expect.stringContaining(text) : expect.stringMatching(text),
});

describe("a shell over ssh", () => shellContract(async () => new SshShell(sshd.connection())));
describe("a shell over ssh through sudo without password", () =>
  shellContract(async () => new SshShell(sshd.connection({ user: "ops" }))));
describe("a shell over ssh through sudo with a password", () =>
  shellContract(
    async () => new SshShell(sshd.connection({ user: "dev", sudo: { password: "pass word'dev" } })),
  ));

describe("authentication", () => {
  it("accepts ed25519 and rsa keys, by file and by text", async () => {
    for (const path of [sshd.keys.ed25519, sshd.keys.rsa]) {
      expect(await whoami({ auth: [{ kind: "privateKeyFile", path }] })).toBe("root");
      expect(await whoami({ auth: [{ kind: "privateKey", pem: readFileSync(path, "utf8") }] })).toBe("root");
    }
  });

  it("opens a key with its passphrase, and says so when it is wrong or missing", async () => {
    const path = sshd.keys.locked;
    expect(await whoami({ auth: [{ kind: "privateKeyFile", path, passphrase: "open sesame" }] })).toBe(
      "root",
    );
    for (const auth of [
      { kind: "privateKeyFile", path },
      { kind: "privateKeyFile", path, passphrase: "wrong" },
    ] as const)
      await expect(whoami({ auth: [auth] })).rejects.toMatchObject(unreachable("HOST_AUTH_FAILED", path));
  });

  it("asks the agent", async () => {
    const socket = join(sshd.dir, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    try {
      await expect.poll(() => execAdd(socket, sshd.keys.rsa), { timeout: 5000 }).toBe(true);
      expect(await whoami({ auth: [{ kind: "agent", socket }] })).toBe("root");
    } finally {
      agent.kill();
    }
  });

  it("sends a password", async () => {
    const auth = [{ kind: "password", password: "pass word'ops" }] as const;
    expect(await whoami({ user: "ops", auth })).toBe("root");
  });

  it("tries the next method when one is refused", async () => {
    const stranger = join(sshd.dir, "id_stranger");
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", stranger]);
    const auth = [
      { kind: "privateKeyFile", path: stranger },
      { kind: "privateKeyFile", path: sshd.keys.ed25519 },
    ] as const;
    expect(await whoami({ auth })).toBe("root");
    await expect(whoami({ auth: [auth[0]] })).rejects.toMatchObject(
      unreachable("HOST_AUTH_FAILED", stranger),
    );
  });

  it("names every key that cannot be used before it contacts the host", async () => {
    const auth = [
      { kind: "privateKeyFile", path: "/nowhere/id_rsa" },
      { kind: "privateKey", pem: "rubbish" },
    ] as const;
    const failed = whoami({ auth, port: 1 });
    await expect(failed).rejects.toMatchObject(unreachable("HOST_AUTH_FAILED", "/nowhere/id_rsa"));
    await expect(failed).rejects.toMatchObject({ problems: { length: 2 } });
  });
});

describe("host keys", () => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "known-"));
  });
  afterAll(() => rmSync(dir, { recursive: true }));
  const publicKey = (name: string) =>
    readFileSync(join(sshd.dir, `${name}.pub`), "utf8")
      .split(" ")
      .slice(0, 2)
      .join(" ");
  const known = (text: string): Partial<Connection> => {
    const path = join(dir, "known_hosts");
    writeFileSync(path, text);
    return { hostKey: { kind: "knownHosts", path } };
  };

  it("finds the server in known_hosts by [address]:port, plain, hashed and by pattern", async () => {
    const name = `[127.0.0.1]:${sshd.port}`;
    expect(await whoami(known(`${name} ${publicKey("host_key")}\n`))).toBe("root");
    expect(await whoami(known(`# comment\n\n[127.0.0.*]:${sshd.port} ${publicKey("host_key")}\n`))).toBe(
      "root",
    );
    const path = join(dir, "hashed");
    writeFileSync(path, `${name} ${publicKey("host_key")}\n`);
    execFileSync("ssh-keygen", ["-q", "-H", "-f", path], { stdio: "ignore" });
    expect(readFileSync(path, "utf8")).toMatch(/^\|1\|/);
    expect(await whoami({ hostKey: { kind: "knownHosts", path } })).toBe("root");
  });

  it("asks for the type of key that is known", async () => {
    expect(await whoami(known(`[127.0.0.1]:${sshd.port} ${publicKey("host_key_rsa")}\n`))).toBe("root");
    expect(await whoami({ hostKey: { kind: "pinned", fingerprint: sshd.rsaFingerprint } })).toBe("root");
  });

  it("refuses an unknown server and shows the fingerprint to pin", async () => {
    await expect(whoami(known(""))).rejects.toMatchObject(unreachable("HOST_KEY_UNKNOWN", sshd.fingerprint));
    await expect(whoami(known(`127.0.0.1 ${publicKey("host_key")}\n`))).rejects.toMatchObject({
      code: "HOST_KEY_UNKNOWN",
    });
  });

  it("refuses another key than the known one, a revoked one, and another than the pinned one", async () => {
    const name = `[127.0.0.1]:${sshd.port}`;
    const mismatch = unreachable("HOST_KEY_MISMATCH", sshd.fingerprint);
    await expect(whoami(known(`${name} ${publicKey("id_ed25519")}\n`))).rejects.toMatchObject(mismatch);
    await expect(whoami(known(`@revoked ${name} ${publicKey("host_key")}\n`))).rejects.toMatchObject(
      mismatch,
    );
    const wrong = {
      kind: "pinned",
      fingerprint: "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    } as const;
    await expect(whoami({ hostKey: wrong })).rejects.toMatchObject(mismatch);
  });

  it("records the key on first use when told so, and holds the server to it afterwards", async () => {
    const path = join(dir, "new", "tofu");
    const hostKey = { kind: "trustOnFirstUse", path } as const;
    expect(await whoami({ hostKey })).toBe("root");
    expect(readFileSync(path, "utf8")).toBe(`[127.0.0.1]:${sshd.port} ${publicKey("host_key")}\n`);
    expect(await whoami({ hostKey })).toBe("root");
    writeFileSync(path, `[127.0.0.1]:${sshd.port} ${publicKey("id_ed25519")}\n`);
    await expect(whoami({ hostKey })).rejects.toMatchObject({ code: "HOST_KEY_MISMATCH" });
  });

  it("says which known_hosts file cannot be read", async () => {
    const hostKey = { kind: "knownHosts", path: join(dir, "absent") } as const;
    await expect(whoami({ hostKey })).rejects.toMatchObject(
      unreachable("HOST_KEY_FILE", join(dir, "absent")),
    );
  });
});

describe("sudo", () => {
  it("is a clear error when the user may not use it", async () => {
    await expect(whoami({ user: "guest" })).rejects.toMatchObject(unreachable("HOST_NO_SUDO", "guest"));
    await expect(whoami({ user: "guest", sudo: { password: "pass word'guest" } })).rejects.toMatchObject({
      code: "HOST_NO_SUDO",
    });
    await expect(whoami({ user: "dev" })).rejects.toMatchObject(
      unreachable("HOST_NO_SUDO", "without a password"),
    );
    await expect(whoami({ user: "dev", sudo: { password: "wrong" } })).rejects.toMatchObject(
      unreachable("HOST_NO_SUDO", "refused the password"),
    );
  });

  it("never mixes a password that is not asked for into the input of the command", async () => {
    const shell = new SshShell(sshd.connection({ user: "ops", sudo: { password: "not needed" } }));
    try {
      expect((await shell.run(["cat"], { stdin: "input" })).stdout.toString()).toBe("input");
    } finally {
      await shell.close();
    }
  });
});

describe("the way to the host", () => {
  it("goes through a jump host, whose key is verified too", async () => {
    const jump = sshd.connection({ name: "bastion", user: "guest" });
    expect(await whoami({ jump })).toBe("root");
    const wrong = { ...jump, hostKey: { kind: "pinned", fingerprint: "SHA256:nonsense" } } as const;
    await expect(whoami({ jump: wrong })).rejects.toMatchObject({
      code: "HOST_KEY_MISMATCH",
      problems: [{ where: { host: "bastion" } }],
    });
    await expect(whoami({ jump, port: await freePort() })).rejects.toMatchObject(
      unreachable("HOST_UNREACHABLE", "from the jump host"),
    );
  });

  it("is one that many take at once, where sshd lets in ten strangers and refuses more by chance", async () => {
    const bastion = await startSshd();
    try {
      const jump = bastion.connection({ name: "bastion", user: "guest" });
      const all = Array.from({ length: 40 }, () => whoami({ jump }));
      expect(await Promise.all(all)).toEqual(all.map(() => "root"));
    } finally {
      await bastion.stop();
    }
  });

  it("is closed", async () => {
    const port = await freePort();
    await expect(whoami({ port })).rejects.toMatchObject(
      unreachable("HOST_UNREACHABLE", `127.0.0.1:${port} refused`),
    );
    await expect(whoami({ address: "no-such-host.invalid" })).rejects.toMatchObject({
      code: "HOST_UNREACHABLE",
    });
  });

  it("accepts but never answers: the deadline ends it", async () => {
    const silent = createServer(() => undefined);
    const port = await freePort();
    await new Promise<void>((resolve) => silent.listen(port, "127.0.0.1", resolve));
    try {
      const started = Date.now();
      await expect(whoami({ port, timeouts: { connect: 300 } })).rejects.toMatchObject(
        unreachable("HOST_UNREACHABLE", "did not answer within 0.3 s"),
      );
      expect(Date.now() - started).toBeLessThan(3000);
    } finally {
      silent.close();
    }
  });

  it("breaks while a command runs: that is told, and the next command connects anew", async () => {
    const shell = new SshShell(sshd.connection());
    try {
      // $PPID of the command is the sshd process of this connection.
      await expect(shell.run(["sh", "-c", "kill -9 $PPID; sleep 5"])).rejects.toMatchObject({
        code: "HOST_CONNECTION_LOST",
      });
      expect((await shell.run(["true"])).exitCode).toBe(0);
    } finally {
      await shell.close();
    }
  });
});

function execAdd(socket: string, key: string): boolean {
  try {
    execFileSync("ssh-add", ["-q", key], { env: { ...process.env, SSH_AUTH_SOCK: socket }, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
