import type { ChildProcess, SpawnOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createKeys, type LabSsh, randomPassword, sshFiles } from "./credentials.ts";
import { type Faults, faultsOf } from "./faults.ts";
import { createDisk } from "./host/disk.ts";
import { execInHost, insideHost, insideNetwork, spawnArgv } from "./host/exec.ts";
import { raiseLimits } from "./host/limits.ts";
import { awaitPort, isUp, startHost } from "./host/machine.ts";
import { createBridge } from "./network.ts";
import { defaultHosts, type HostSpec, type LabHost, type LabPlan, planLab } from "./plan.ts";
import { LabError, type RunOptions, type RunResult } from "./run.ts";
import { hireJanitor } from "./state/janitor.ts";
import { bootId, labDir, readRecord, takeName, thisProcess, writeRecord } from "./state/record.ts";
import { claimSubnet } from "./state/subnet.ts";
import { reapOrphans, tearDown } from "./state/teardown.ts";

export interface LabOptions {
  /** Default: a random name. */
  readonly name?: string;
  /** Default: lb-a, lb-b, web-1, web-2 and client. */
  readonly hosts?: readonly HostSpec[];
  /** The lab outlives this process until it is taken down by name; default false. */
  readonly persist?: boolean;
}

/** A running lab. */
export interface Lab extends Omit<LabPlan, "hosts"> {
  /** The lab's folder: keys, known_hosts, ssh_config, a console log per host. */
  readonly dir: string;
  readonly hosts: Readonly<Record<string, LabHost>>;
  readonly ssh: LabSsh;
  readonly faults: Faults;
  /** The host of that name. Throws {@link LabError} with the names there are. */
  host(name: string): LabHost;
  isUp(host: string): boolean;
  /** Runs a program as root inside a host, past its network and sshd: works while its link is cut. */
  exec(host: string, argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Like {@link Lab.exec}, with the caller in charge of the streams. */
  spawn(host: string, argv: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Runs a program of this machine with a host's network: a probe with local clock and timing. */
  spawnInNetwork(host: string, argv: readonly string[], options?: SpawnOptions): ChildProcess;
  /** Shuts the hosts down and removes everything of the lab. Safe to repeat. */
  down(): Promise<void>;
}

/** Makes a lab and boots its hosts; ends when every sshd and web server answers. Cleans up when it fails. */
export async function createLab(options: LabOptions = {}): Promise<Lab> {
  if (process.getuid?.() !== 0)
    throw new LabError("the lab makes namespaces, mounts and a bridge: run it as root");
  raiseLimits();
  await reapOrphans();
  const id = randomBytes(3).toString("hex").slice(0, 5);
  const name = options.name ?? `lab-${id}`;
  const record = { bootId: bootId(), ...(options.persist === true ? {} : { owner: thisProcess() }) };
  takeName(name, record);
  const dismiss = options.persist === true ? () => undefined : hireJanitor(name);
  try {
    const subnet = await claimSubnet(name);
    const opsPassword = randomPassword();
    const plan = planLab({ name, id, subnet, opsPassword, hosts: options.hosts ?? defaultHosts });
    writeRecord(name, { ...record, plan });
    await Promise.all([createBridge(plan), createKeys(plan)]);
    await Promise.all(plan.hosts.map((host) => bringUp(plan, host)));
    await checkSegment(plan);
    return labOf(plan, dismiss);
  } catch (error) {
    await tearDown(name, false);
    dismiss();
    throw error;
  }
}

async function bringUp(plan: LabPlan, host: LabHost): Promise<void> {
  await createDisk(plan, host);
  await startHost(plan, host);
  await awaitPort(plan, host, 22);
  if (host.role === "web") await awaitPort(plan, host, 80);
}

/** A firewall of this machine may drop what its bridges carry: better to say so than to let every test time out. */
async function checkSegment(plan: LabPlan): Promise<void> {
  const [from, to] = plan.hosts;
  if (from === undefined || to === undefined) return;
  const connect = ["timeout", "3", "bash", "-c", `exec 3<>/dev/tcp/${to.address}/22`];
  if ((await execInHost(plan, from, connect, { allowFailure: true })).code === 0) return;
  throw new LabError(
    `${from.name} cannot reach ${to.name} over the lab's bridge, though this machine reaches both: ` +
      "a firewall here drops forwarded packets and sees bridged ones (Docker sets such a policy). " +
      'Allow them with "sysctl -w net.bridge.bridge-nf-call-iptables=0" and the same for ip6tables.',
  );
}

/** A lab that another process made. Throws {@link LabError} when there is none of that name. */
export function openLab(name: string): Lab {
  const plan = readRecord(name)?.plan;
  if (plan === undefined)
    throw new LabError(`no lab named "${name}": "npm run lab:status" lists the labs there are`);
  return labOf(plan, () => undefined);
}

function labOf(plan: LabPlan, dismiss: () => void): Lab {
  const hosts = Object.fromEntries(plan.hosts.map((host) => [host.name, host]));
  const find = (name: string): LabHost => {
    const host = hosts[name];
    if (host === undefined)
      throw new LabError(`no host ${name} in lab ${plan.name}: there are ${Object.keys(hosts).join(", ")}`);
    return host;
  };
  return {
    ...plan,
    dir: labDir(plan.name),
    hosts,
    ssh: sshFiles(plan.name),
    faults: faultsOf(plan, find),
    host: find,
    isUp: (name) => isUp(plan, find(name)),
    exec: async (name, argv, options) => execInHost(plan, find(name), argv, options),
    spawn: (name, argv, options = {}) => spawnArgv(insideHost(plan, find(name), argv), options),
    spawnInNetwork: (name, argv, options = {}) => spawnArgv(insideNetwork(plan, find(name), argv), options),
    down: async () => {
      await tearDown(plan.name, true);
      dismiss();
    },
  };
}
