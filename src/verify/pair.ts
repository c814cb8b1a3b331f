import { together } from "../diagnostics/index.ts";
import type { DaemonStatus } from "../host/daemon-status.ts";
import type { Host } from "../host/host.ts";
import { statusOf } from "./status.ts";

/** VRRP states of one node by instance; `undefined` when its daemon does not answer. */
export interface NodeRoles {
  readonly node: string;
  readonly daemon: DaemonStatus | undefined;
}

/** Asks every node who it thinks it is. */
export function observeRoles(hosts: readonly Host[]): Promise<NodeRoles[]> {
  return together(hosts.map(async (host) => ({ node: host.name, daemon: await statusOf(host) })));
}

/**
 * What is wrong with a pair as a whole: an instance with two masters, or with none although every
 * node answers. A node whose daemon does not answer is judged elsewhere.
 */
export function judgePair(nodes: readonly NodeRoles[]): string[] {
  if (nodes.some((node) => node.daemon === undefined)) return [];
  const names = new Set(nodes.flatMap(instancesOf).map((instance) => instance.name));
  return [...names].sort().flatMap((name) => {
    const states = nodes.map((node) => ({
      node: node.node,
      state: instancesOf(node).find((instance) => instance.name === name)?.state ?? "absent",
    }));
    const masters = states.filter(({ state }) => state === "MASTER").map(({ node }) => node);
    const told = states.map(({ node, state }) => `${node} ${state}`).join(", ");
    if (masters.length === 1) return [];
    if (masters.length === 0) return [`VRRP instance ${name} has no master: ${told}`];
    return [`VRRP instance ${name} has ${masters.length} masters (split brain): ${told}`];
  });
}

function instancesOf(node: NodeRoles) {
  return node.daemon?.vrrp?.instances ?? [];
}

/** Looks again until nothing is wrong or `deadlineMs` have passed: an election takes a moment. */
export async function settledPair(
  hosts: readonly Host[],
  deadlineMs: number,
  signal: AbortSignal,
): Promise<{ readonly nodes: readonly NodeRoles[]; readonly problems: readonly string[] }> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    signal.throwIfAborted();
    const nodes = await observeRoles(hosts);
    const problems = judgePair(nodes);
    if (problems.length === 0 || performance.now() >= end) return { nodes, problems };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
