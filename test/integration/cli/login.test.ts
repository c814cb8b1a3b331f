import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../cli/run-cli.ts";
import { pairWith, sampleStack } from "../../stack/sample.ts";
import { type Sshd, startSshd } from "../host/sshd.ts";

// One real sshd stands for both hosts; each definition has another mistake in how it logs in.
let host: Sshd;
let folder: string;

const WRONG = "planted-sudo-word";

interface Login {
  readonly user?: string;
  readonly key?: string;
  readonly hostKey?: object;
  readonly sudo?: object;
}

function write(name: string, { user = "root", key = host.keys.ed25519, hostKey, sudo }: Login): void {
  const node = (own: string, last: number) => ({
    ...{ name: own, address: "127.0.0.1", interface: "eth0", interfaceAddress: `10.0.0.${last}/24` },
    ssh: {
      ...{ port: host.port, user, authentication: [{ kind: "privateKeyFile", path: key }] },
      hostKey: hostKey ?? { kind: "pinned", fingerprint: host.fingerprint },
      ...(sudo === undefined ? {} : { sudo }),
    },
  });
  const nodes = [node("lb-a", 11), node("lb-b", 12)] as never;
  const stack = sampleStack(pairWith({ nodes }));
  writeFileSync(join(folder, `stacks/${name}.ts`), `export const stack = ${JSON.stringify(stack)};\n`);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "tandem-login-"));
  mkdirSync(join(folder, "stacks"));
  host = await startSshd();
  const stranger = join(folder, "stranger");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", stranger]);
  writeFileSync(join(folder, "nobody"), "");
  write("stranger", { key: stranger });
  write("nobody", { user: "nosuchuser" });
  write("another", { hostKey: { kind: "pinned", fingerprint: `SHA256:${"A".repeat(43)}` } });
  write("unknown", { hostKey: { kind: "knownHosts", path: join(folder, "nobody") } });
  write("guest", { user: "guest" });
  write("asked", { user: "dev" });
  write("refused", { user: "dev", sudo: { password: { kind: "plain", value: WRONG } } });
});
afterAll(async () => {
  await host?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const CASES = [
  [
    "stranger",
    "HOST_AUTH_FAILED",
    /root@127.0.0.1:\d+ refused every way to authenticate \(tried key \S+stranger\)/,
  ],
  ["nobody", "HOST_AUTH_FAILED", /nosuchuser@127.0.0.1:\d+ refused every way to authenticate/],
  ["another", "HOST_KEY_MISMATCH", /shows ssh-\S+ host key SHA256:\S+, but the stack pins SHA256:A+/],
  [
    "unknown",
    "HOST_KEY_UNKNOWN",
    /no known_hosts entry for \[127.0.0.1\]:\d+, which shows ssh-ed25519 host key/,
  ],
  ["guest", "HOST_NO_SUDO", /guest may not become root without a password/],
  ["asked", "HOST_NO_SUDO", /dev may not become root without a password: sudo: a password is required/],
  ["refused", "HOST_NO_SUDO", /sudo refused the password of dev/],
] as const;

describe.each(CASES)("a login that is wrong (%s)", (stack, code, says) => {
  it.each([
    [["diff", stack], 4],
    [["drill", stack, "--fault", "kill", "--yes"], 4],
    [["status", stack], 1],
    [["top", stack, "--once"], 0],
    [["doctor", "--stack", stack], 1],
  ])("%j ends with %i, and says for each host what, why and what to do", async (argv, exit) => {
    const before = readdirSync(folder, { recursive: true }).sort();
    const run = await runCli(argv, { cwd: folder });
    const text = `${run.stdout}${run.stderr}`;
    expect(run.code, text).toBe(exit);
    expect(text).toMatch(says);
    expect(text).toContain("lb-a");
    expect(text).not.toMatch(/^\s+at |internal error|undefined/m);
    expect(text).not.toContain(WRONG);
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(before);
    // Views of what is there go on without the host; what cannot go on is an error with all its parts.
    if (exit !== 4) return;
    expect(run.stderr).toContain(`error[${code}]`);
    for (const part of [/^ {2}why: /m, /^ {2}fix: /m, /^more: tandem explain HOST_/m])
      expect(run.stderr).toMatch(part);
    expect(run.stderr).toContain(`host lb-b: error[${code}]`);
  });
});
