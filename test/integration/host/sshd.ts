import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect as tcpConnect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../../lab/index.ts";
import type { Connection } from "../../../src/host/index.ts";
import { fingerprint } from "../../../src/host/ssh/known-hosts.ts";

/**
 * A real sshd on a loopback port whose root is an overlay of this machine's: users, sudo rules
 * and files that a test makes live in a tmpfs of a private mount namespace and vanish with it. /opt has
 * room for 256 KiB only.
 * The process namespace dies with this process, so nothing is left behind even after a kill.
 */
const SANDBOX = `
set -eu
dir=$1
mount --make-rprivate /
mount -t tmpfs tmpfs "$dir/layers"
mkdir "$dir/layers/upper" "$dir/layers/work" "$dir/layers/root"
mount -t overlay overlay -o lowerdir=/,upperdir="$dir/layers/upper",workdir="$dir/layers/work" "$dir/layers/root"
root=$dir/layers/root
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mkdir -p "$root/run/sshd" "$root/run/lock"
mount -t tmpfs -o size=256k,mode=755 tmpfs "$root/opt"
cp "$dir/sshd_config" "$dir/host_key" "$dir/host_key_rsa" "$root/run/sshd/"
chmod 600 "$root/run/sshd/host_key" "$root/run/sshd/host_key_rsa"
mount -t tmpfs -o mode=700 tmpfs "$root/root"
cp "$dir/setup.sh" "$root/run/setup.sh"
chroot "$root" sh /run/setup.sh
exec chroot "$root" /usr/sbin/sshd -D -e -f /run/sshd/sshd_config
`;

const SETUP = (authorized: string) => `
set -eu
for user in ops dev guest; do
  useradd -m -s /bin/sh "$user"
  echo "$user:pass word'$user" | chpasswd
done
for home in /root /home/ops /home/dev /home/guest; do
  mkdir -p "$home/.ssh"
  cat >"$home/.ssh/authorized_keys" <<'KEYS'
${authorized}KEYS
  chmod 700 "$home/.ssh"; chmod 600 "$home/.ssh/authorized_keys"
  chown -R --reference="$home" "$home/.ssh"
done
cat >/etc/sudoers <<'RULES'
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ops ALL=(ALL) NOPASSWD: ALL
dev ALL=(ALL) ALL
RULES
chmod 440 /etc/sudoers
`;

export interface Sshd {
  readonly port: number;
  readonly dir: string;
  readonly fingerprint: string;
  readonly rsaFingerprint: string;
  /** Private keys that every user accepts: ed25519, rsa, and ed25519 with passphrase `open sesame`. */
  readonly keys: { readonly ed25519: string; readonly rsa: string; readonly locked: string };
  connection(change?: Partial<Connection>): Connection;
  stop(): Promise<void>;
}

export async function startSshd(extraConfig = ""): Promise<Sshd> {
  const dir = mkdtempSync(join(tmpdir(), "sshd-"));
  const key = (name: string, ...args: string[]) => {
    const path = join(dir, name);
    execFileSync("ssh-keygen", ["-q", "-C", name, "-f", path, ...args]);
    return path;
  };
  const keys = {
    ed25519: key("id_ed25519", "-t", "ed25519", "-N", ""),
    rsa: key("id_rsa", "-t", "rsa", "-b", "2048", "-N", ""),
    locked: key("id_locked", "-t", "ed25519", "-N", "open sesame"),
  };
  const hostKey = key("host_key", "-t", "ed25519", "-N", "");
  const rsaHostKey = key("host_key_rsa", "-t", "rsa", "-b", "2048", "-N", "");
  const port = await freePort();
  const authorized = Object.values(keys)
    .map((path) => readFileSync(`${path}.pub`, "utf8"))
    .join("");
  writeFileSync(join(dir, "setup.sh"), SETUP(authorized));
  writeFileSync(join(dir, "sshd_config"), sshdConfig(port, extraConfig));
  execFileSync("mkdir", [join(dir, "layers")]);
  const process = spawn(
    "unshare",
    ["--mount", "--pid", "--fork", "--kill-child=SIGKILL", "sh", "-c", SANDBOX, "sandbox", dir],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  process.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const print = (path: string) =>
    fingerprint(Buffer.from(readFileSync(`${path}.pub`, "utf8").split(" ")[1] ?? "", "base64"));
  const shown = print(hostKey);
  await listening(port, process, () => log);
  return {
    port,
    dir,
    keys,
    fingerprint: shown,
    rsaFingerprint: print(rsaHostKey),
    connection: (change = {}) => ({
      name: "lb-a",
      address: "127.0.0.1",
      port,
      user: "root",
      auth: [{ kind: "privateKeyFile", path: keys.ed25519 }],
      hostKey: { kind: "pinned", fingerprint: shown },
      ...change,
    }),
    stop: async () => {
      await ended(process);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function sshdConfig(port: number, extra: string): string {
  return `Port ${port}
ListenAddress 127.0.0.1
HostKey /run/sshd/host_key
HostKey /run/sshd/host_key_rsa
PidFile none
UsePAM yes
PermitRootLogin yes
PasswordAuthentication yes
KbdInteractiveAuthentication yes
AllowTcpForwarding yes
StrictModes no
LogLevel VERBOSE
${extra}
`;
}

async function listening(port: number, process: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    if (process.exitCode !== null) throw new Error(`sshd ended with ${process.exitCode}:\n${log()}`);
    const banner = await new Promise<string>((resolve) => {
      const socket = tcpConnect(port, "127.0.0.1");
      socket.once("data", (data) => {
        socket.destroy();
        resolve(data.toString());
      });
      socket.once("error", () => resolve(""));
    });
    if (banner.startsWith("SSH-2.0")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`sshd did not answer:\n${log()}`);
}

async function ended(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exit = new Promise((resolve) => process.once("exit", resolve));
  process.kill("SIGKILL");
  await exit;
}
