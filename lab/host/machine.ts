import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { join } from "node:path";
import { attachPort, linkExists } from "../network.ts";
import type { LabHost, LabPlan } from "../plan.ts";
import { LabError, until } from "../run.ts";
import { labDir } from "../state/record.ts";
import { createGroup, freezeGroup, hostGroup, initOf, isPopulated, killGroup } from "./cgroup.ts";
import { diskOf } from "./disk.ts";

/** What a load balancer needs beyond nspawn's own set: locked memory, real-time priority, BPF. */
const capabilities = "CAP_NET_ADMIN,CAP_NET_RAW,CAP_IPC_LOCK,CAP_SYS_NICE,CAP_BPF,CAP_PERFMON";

/**
 * Runs in a mount namespace of its own: joins the host's control group, mounts its root and becomes nspawn.
 * When the host's processes end, however they end, namespace and mount end with them.
 */
const startScript = `set -eu
echo $$ >"$GROUP/cgroup.procs"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK" "$ROOT"
exec systemd-nspawn --quiet --directory="$ROOT" --machine="$MACHINE" --hostname="$NAME" --register=no --keep-unit \\
  --network-veth-extra="$PORT:$INTERFACE" --capability=${capabilities} \\
  --link-journal=no --resolv-conf=off --timezone=off --boot --console=pipe`;

const logFile = (plan: LabPlan, host: LabHost): string => join(labDir(plan.name), `${host.name}.log`);

const groupOf = (plan: LabPlan, host: LabHost): string => hostGroup(plan.id, host.name);

/** Boots a host and puts its port on the bridge. The host's services answer later: {@link awaitPort}. */
export async function startHost(plan: LabPlan, host: LabHost): Promise<void> {
  const disk = diskOf(plan.name, host);
  const group = groupOf(plan, host);
  if (isPopulated(group)) throw new LabError(`${host.name} is running already`);
  createGroup(group);
  const log = openSync(logFile(plan, host), "a");
  const child = spawn("unshare", ["--mount", "--propagation", "private", "sh", "-c", startScript], {
    detached: true,
    stdio: ["ignore", log, log],
    cwd: "/",
    env: {
      PATH: process.env.PATH,
      SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
      SYSTEMD_NSPAWN_API_VFS_WRITABLE: "network",
      GROUP: group,
      LOWER: disk.lower.join(":"),
      UPPER: disk.upper,
      WORK: disk.work,
      ROOT: disk.root,
      MACHINE: `${plan.id}-${host.name}`,
      NAME: host.name,
      PORT: host.port,
      INTERFACE: host.interface,
    },
  });
  closeSync(log);
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = error.message;
  });
  child.once("exit", (code, signal) => {
    ended = `ended with ${signal ?? code}`;
  });
  child.unref();
  await until(`${host.name} boots`, 20_000, () => {
    if (ended !== undefined) {
      throw new LabError(
        `${host.name} did not start (${ended}):\n${readFileSync(logFile(plan, host), "utf8").slice(-2000)}`,
      );
    }
    return linkExists(host.port) && initOf(group) !== undefined ? true : undefined;
  });
  await attachPort(plan, host);
}

/** The host's first process as this machine numbers it. Throws when the host is down. */
export function hostInit(plan: LabPlan, host: LabHost): number {
  const pid = initOf(groupOf(plan, host));
  if (pid === undefined) throw new LabError(`${host.name} is down: start it first`);
  return pid;
}

export const isUp = (plan: LabPlan, host: LabHost): boolean => initOf(groupOf(plan, host)) !== undefined;

async function awaitEnd(plan: LabPlan, host: LabHost, timeoutMs: number): Promise<void> {
  const group = groupOf(plan, host);
  await until(`${host.name} ends`, timeoutMs, () =>
    isPopulated(group) || linkExists(host.port) ? undefined : true,
  );
}

/** Shuts a host down in order (what `systemctl poweroff` does); kills it when that takes over 20 s. */
export async function stopHost(plan: LabPlan, host: LabHost): Promise<void> {
  const group = groupOf(plan, host);
  const pid = initOf(group);
  if (pid !== undefined) {
    freezeGroup(group, false);
    // SIGRTMIN+3, glibc's numbers: systemd as a container's init powers off.
    process.kill(pid, 37);
  }
  try {
    await awaitEnd(plan, host, 20_000);
  } catch {
    await killHost(plan, host);
  }
}

/** Power loss: every process of the host is killed at once. Its disk stays for {@link startHost}. */
export async function killHost(plan: LabPlan, host: LabHost): Promise<void> {
  killGroup(groupOf(plan, host));
  await awaitEnd(plan, host, 10_000);
}

/** The host stands still: it keeps its link and addresses, but no process runs. */
export function setFrozen(plan: LabPlan, host: LabHost, frozen: boolean): void {
  hostInit(plan, host);
  freezeGroup(groupOf(plan, host), frozen);
}

/** Waits until something on the host accepts connections on a port. */
export async function awaitPort(
  plan: LabPlan,
  host: LabHost,
  port: number,
  timeoutMs = 30_000,
): Promise<void> {
  try {
    await until(`${host.name} answers on port ${port}`, timeoutMs, () => connects(host.address, port));
  } catch (error) {
    const printed = readFileSync(logFile(plan, host), "utf8").trim().slice(-2000);
    const why = error instanceof Error ? error.message : String(error);
    throw new LabError(
      `${why}; it is ${isUp(plan, host) ? "up" : "down"}; its console said: ${printed || "nothing"}`,
    );
  }
}

function connects(address: string, port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port, timeout: 500 });
    const done = (answer: true | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(undefined));
    socket.once("timeout", () => done(undefined));
  });
}
