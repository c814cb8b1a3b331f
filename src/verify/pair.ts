import { together } from "../diagnostics/index.ts";
import type { DaemonStatus } from "../host/daemon-status.ts";
import type { Host } from "../host/host.ts";
import { statusReader } from "./status.ts";
import { nextLook, pause } from "./wait.ts";

/** VRRP states of one node by instance; `undefined` when its daemon does not answer. */
export interface NodeRoles {
  readonly node: string;
  readonly daemon: DaemonStatus | undefined;
}

/** Asks every node who it thinks it is. */
export function observeRoles(hosts: readonly Host[]): Promise<NodeRoles[]> {
  return rolesReader(hosts)();
}

/** `observeRoles` for looking again and again. */
export function rolesReader(hosts: readonly Host[]): () => Promise<NodeRoles[]> {
  const readers = hosts.map((host) => ({ node: host.name, status: statusReader(host) }));
  return () => together(readers.map(async ({ node, status }) => ({ node, daemon: await status() })));
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
  const roles = rolesReader(hosts);
  const began = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const nodes = await roles();
    const problems = judgePair(nodes);
    const waited = performance.now() - began;
    if (problems.length === 0 || waited >= deadlineMs) return { nodes, problems };
    await pause(nextLook(waited, 200), signal);
  }
}
