import { awaitPort, killHost, setFrozen, startHost, stopHost } from "./host/machine.ts";
import { attachPort, detachPort, setPort } from "./network.ts";
import type { LabHost, LabPlan } from "./plan.ts";

/** What can go wrong with a host, and how it is put right. Every method ends when the fault is in force. */
export interface Faults {
  /** Pulls the cable: the host loses its carrier. */
  cutLink(host: string): Promise<void>;
  restoreLink(host: string): Promise<void>;
  /** The switch forgets the host: it keeps its carrier and reaches nobody. */
  isolate(host: string): Promise<void>;
  rejoin(host: string): Promise<void>;
  /** Power loss; {@link Faults.start} boots the same disk again. */
  kill(host: string): Promise<void>;
  /** Orderly power off. */
  stop(host: string): Promise<void>;
  /** Boots a host that is down; ends when its sshd answers. */
  start(host: string): Promise<void>;
  restart(host: string): Promise<void>;
  /** No process of the host runs any more; its kernel still answers ARP and ICMP. */
  freeze(host: string): Promise<void>;
  thaw(host: string): Promise<void>;
}

export function faultsOf(plan: LabPlan, find: (name: string) => LabHost): Faults {
  const start = async (name: string): Promise<void> => {
    await startHost(plan, find(name));
    await awaitPort(plan, find(name), 22);
  };
  return {
    cutLink: (name) => setPort(find(name), "down"),
    restoreLink: (name) => setPort(find(name), "up"),
    isolate: (name) => detachPort(find(name)),
    rejoin: (name) => attachPort(plan, find(name)),
    kill: (name) => killHost(plan, find(name)),
    stop: (name) => stopHost(plan, find(name)),
    start,
    restart: async (name) => {
      await stopHost(plan, find(name));
      await start(name);
    },
    freeze: async (name) => setFrozen(plan, find(name), true),
    thaw: async (name) => setFrozen(plan, find(name), false),
  };
}
