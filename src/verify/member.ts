import { TandemError, together } from "../diagnostics/index.ts";
import type { DaemonStatus } from "../host/daemon-status.ts";
import type { Host, Shell } from "../host/host.ts";
import { SERVICE } from "./fault/fault.ts";
import { daemonPath, daemonStatus, onceMore } from "./status.ts";

export type InstanceStatus = NonNullable<DaemonStatus["vrrp"]>["instances"][number];

/** One node of a pair under drill: asked again and again, also while it is sick. */
export interface Member {
  readonly name: string;
  /** Path of tandemd on the host. */
  readonly program: string;
  shell(): Promise<Shell>;
  /** The instance as the node sees it; undefined when its daemon does not answer. */
  instance(): Promise<InstanceStatus | undefined>;
  /** Units of systemd that have its processes. */
  units(): Promise<readonly string[]>;
}

/** Finds the daemon of every host. Throws when one has none. */
export function openMembers(hosts: readonly Host[], instance: string): Promise<Member[]> {
  return together(hosts.map((host) => openMember(host, instance)));
}

async function openMember(host: Host, name: string): Promise<Member> {
  const program = await daemonPath(await host.shell());
  if (program === undefined) throw noDaemon(host.name);
  const look = () => onceMore(async () => daemonStatus(await host.shell(), program));
  return {
    name: host.name,
    program,
    shell: () => host.shell(),
    units: async () => (await look())?.units ?? [SERVICE],
    instance: async () => {
      const status = await look();
      return status?.vrrp?.instances.find((instance) => instance.name === name);
    },
  };
}

function noDaemon(node: string): TandemError {
  return new TandemError([
    {
      code: "VERIFY_NO_DAEMON",
      severity: "error",
      message: "tandem.service is not installed",
      where: { kind: "host", host: node },
      why: "a drill needs a running pair",
      hint: "run `pulumi up` first",
    },
  ]);
}
