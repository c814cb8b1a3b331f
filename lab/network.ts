import { existsSync, readdirSync } from "node:fs";
import type { LabHost, LabPlan } from "./plan.ts";
import { run } from "./run.ts";

/**
 * The lab's one segment. No spanning tree (a port forwards at once) and no multicast snooping: without a
 * querier it would stop VRRP groups outside 224.0.0.0/24.
 */
export async function createBridge(plan: LabPlan): Promise<void> {
  const bridge = ["type", "bridge", "stp_state", "0", "forward_delay", "0", "mcast_snooping", "0"];
  await run(["ip", "link", "add", "name", plan.bridge, ...bridge]);
  await run(["ip", "address", "add", `${plan.gateway}/24`, "dev", plan.bridge]);
  if (existsSync("/proc/net/if_inet6")) {
    await run(["ip", "address", "add", `${plan.gateway6}/64`, "dev", plan.bridge, "nodad"]);
  }
  await run(["ip", "link", "set", plan.bridge, "up"]);
}

export function linkExists(name: string): boolean {
  return existsSync(`/sys/class/net/${name}`);
}

/** Makes the host's port part of the bridge; also ends {@link detachPort}. */
export async function attachPort(plan: LabPlan, host: LabHost): Promise<void> {
  await run(["ip", "link", "set", host.port, "master", plan.bridge, "up"]);
}

/** The host keeps its carrier and reaches nobody: a switch that lost its way, not a pulled cable. */
export async function detachPort(host: LabHost): Promise<void> {
  await run(["ip", "link", "set", host.port, "nomaster"]);
}

/** Pulled cable: the host sees the carrier go. */
export async function setPort(host: LabHost, state: "up" | "down"): Promise<void> {
  await run(["ip", "link", "set", host.port, state]);
}

/** Removes every interface with this lab's id, whatever state a crash left them in. */
export async function removeLinks(id: string): Promise<void> {
  const own = readdirSync("/sys/class/net").filter((name) => name.startsWith(`tl${id}-`));
  for (const name of own) await run(["ip", "link", "delete", name], { allowFailure: true });
}
