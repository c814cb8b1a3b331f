import { TandemError } from "../../diagnostics/index.ts";
import type { DaemonStatus, Host } from "../../host/index.ts";
import { statusOf } from "../../verify/index.ts";
import type { PairHosts } from "../pair-hosts.ts";

/** A host as it was found. */
export interface NodeSeen {
  readonly node: string;
  /** What its daemon said; absent when it is not there or does not answer. */
  readonly status?: DaemonStatus;
  /** Why nothing is known of it. */
  readonly problem?: string;
}

export interface PairSeen {
  readonly pair: string;
  readonly nodes: readonly NodeSeen[];
}

/** One look at all pairs. */
export interface Seen {
  /** Unix milliseconds. */
  readonly at: number;
  readonly pairs: readonly PairSeen[];
}

/** Asks all hosts at once; one that cannot be reached does not hide the others. */
export async function look(pairs: readonly PairHosts[]): Promise<Seen> {
  const seen = pairs.map(async ({ pair, hosts }) => ({ pair, nodes: await Promise.all(hosts.map(lookAt)) }));
  return { at: Date.now(), pairs: await Promise.all(seen) };
}

export async function lookAt(host: Host): Promise<NodeSeen> {
  try {
    const status = await statusOf(host);
    if (status !== undefined) return { node: host.name, status };
    return { node: host.name, problem: "tandemd is not installed or does not answer" };
  } catch (cause) {
    if (!(cause instanceof TandemError)) throw cause;
    return { node: host.name, problem: cause.problems.map(({ message }) => message).join("; ") };
  }
}
