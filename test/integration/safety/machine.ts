import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { until } from "../../../lab/index.ts";
import { systemctl } from "../../../lab/setup/paths.ts";
import type { Connection } from "../../../src/host/index.ts";
import { fingerprint } from "../../../src/host/ssh/known-hosts.ts";
import { type Relay, startRelay } from "./relay.ts";

/**
 * A host of its own: mounts, processes and network are in namespaces, the root is an overlay of this machine's,
 * sshd is the real one. In the place of systemd stands lab/systemctl. It ends with this process.
 */
const SANDBOX = `
set -eu
dir=$1 here=$2 systemctl=$3
mount --make-rprivate /
mount -t tmpfs tmpfs "$dir/layers"
mkdir "$dir/layers/upper" "$dir/layers/work" "$dir/layers/root"
root=$dir/layers/root
mount -t overlay overlay -o lowerdir=/,upperdir="$dir/layers/upper",workdir="$dir/layers/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
for place in opt etc/systemd/system etc/sysctl.d var/lib/tandem; do mkdir -p "$root/$place"; done
mkdir -p "$root/run/sshd" "$root/run/lock" "$root/usr/local/sbin"
# What others write on this machine is none of this host's.
for place in opt etc/systemd/system tmp var/tmp var/log; do mount -t tmpfs -o mode=755 tmpfs "$root/$place"; done
# Nor is what its administrator has bash do at each login.
mount -t tmpfs -o mode=700 tmpfs "$root/root"
rm -rf "$root/etc/tandem" "$root/var/lib/tandem"
cp "$dir/sshd_config" "$dir/host_key" "$dir/host_key_other" "$root/run/sshd/"
chmod 600 "$root/run/sshd/"host_key*
mkdir "$root/root/.ssh"
cp "$dir/id.pub" "$root/root/.ssh/authorized_keys"
chmod 700 "$root/root/.ssh"
cp "$systemctl" "$root/usr/local/sbin/systemctl"
printf '#!/bin/sh\\necho "$*" >>/run/journal\\n' >"$root/usr/local/sbin/logger"
printf '#!/bin/sh\\ntail -n 25 /run/journal\\n' >"$root/usr/local/sbin/journalctl"
# Processes here are in no control group of a unit, so nobody can tell whose a port is.
printf '#!/bin/sh\\n' >"$root/usr/local/sbin/ss"
chmod 755 "$root/usr/local/sbin/"*
ip link set lo up
ip link add eth0 type veth peer name peer0
ip address add 10.77.0.11/24 dev eth0
ip link set eth0 up
ip link set peer0 up arp off
# A port that somebody has.
setsid socat TCP-LISTEN:9999,fork,reuseaddr /dev/null >/dev/null 2>&1 &
echo 1 >/proc/self/oom_score_adj 2>/dev/null || true
mount --bind "$dir/socket" "$root/mnt"
exec chroot "$root" perl - /mnt/ssh <"$here/acceptor.pl"
`;

export interface Machine {
  /** Between the controller and the host's sshd. */
  readonly relay: Relay;
  /** Folder with the client's and the host's keys. */
  readonly dir: string;
  /** Its first process, as seen from here. */
  readonly pid: string;
  connection(change?: Partial<Connection>): Connection;
  /** Runs a script on the host, past SSH. */
  sh(script: string): Promise<string>;
  /** As `sh`, before anything else goes on here. */
  now(script: string): void;
  stop(): Promise<void>;
}

export async function startMachine(): Promise<Machine> {
  const dir = mkdtempSync(join(tmpdir(), "machine-"));
  const key = (name: string) =>
    execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(dir, name)]);
  for (const name of ["id", "host_key", "host_key_other"]) key(name);
  for (const name of ["layers", "socket"]) mkdirSync(join(dir, name));
  writeFileSync(join(dir, "sshd_config"), SSHD_CONFIG);
  const child = spawn(
    // However this process ends, the host ends with it.
    "setpriv",
    [
      ...["--pdeathsig", "KILL", "unshare"],
      ...["--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child=SIGKILL"],
      ...["sh", "-c", SANDBOX, "sandbox", dir, import.meta.dirname, systemctl],
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  child.stderr.on("data", (chunk: Buffer) => {
    log += chunk.toString();
  });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const socket = join(dir, "socket", "ssh");
  await until("the host's sshd", 20_000, async () => {
    if (child.exitCode !== null) throw new Error(`the host ended with ${child.exitCode}:\n${log}`);
    return existsSync(socket) ? true : undefined;
  });
  const inside = execFileSync("pgrep", ["-P", String(child.pid)])
    .toString()
    .trim();
  const relay = await startRelay(socket);
  const enter = ["-t", inside, "-a", "-r", "-w", "env", "PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"];
  const sh = async (script: string) =>
    (await promisify(execFile)("nsenter", [...enter, "sh", "-c", script])).stdout.trim();
  return {
    relay,
    dir,
    pid: inside,
    sh,
    now: (script) => void execFileSync("nsenter", [...enter, "sh", "-c", script]),
    connection: (change = {}) => ({
      name: "lb-a",
      address: "127.0.0.1",
      port: relay.port,
      user: "root",
      auth: [{ kind: "privateKeyFile", path: join(dir, "id") }],
      hostKey: { kind: "pinned", fingerprint: fingerprintOf(join(dir, "host_key.pub")) },
      ...change,
    }),
    stop: async () => {
      await relay.stop();
      child.kill("SIGKILL");
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const SSHD_CONFIG = `HostKey /run/sshd/host_key
PidFile none
UsePAM no
PermitRootLogin yes
StrictModes no
MaxStartups 100
LogLevel ERROR
`;

/** `SHA256:…` of a public key's file. */
export function fingerprintOf(path: string): string {
  return fingerprint(Buffer.from(readFileSync(path, "utf8").split(" ")[1] ?? "", "base64"));
}
