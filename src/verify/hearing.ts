import type { Problem } from "../diagnostics/index.ts";
import type { Host } from "../host/host.ts";
import type { InstanceStatus } from "./member.ts";
import { type NodeRoles, rolesReader } from "./pair.ts";
import { waitFor } from "./wait.ts";

/**
 * How it is known that one node's packets reach the other; or that they do not, or nothing yet. `untold`: the
 * engine does not say what a master heard, and its backup hears it.
 */
export type Proof = "advert" | "report" | "untold" | "deaf" | "silent";

/** One direction of one instance: does `to` hear `from`? */
export interface Direction {
  readonly instance: string;
  readonly from: string;
  readonly to: string;
  readonly proof: Proof;
  /** What `to` refused of the packets it got, by kind. */
  readonly refused: Readonly<Record<string, number>>;
  /** `from` has the higher priority of the two. */
  readonly outranks: boolean;
}

/** Adverts that may be lost before a neighbour counts as silent, and a look's own time. */
const LOST = 3;
const LOOK_MS = 1_000;
/** Reports are sent once a second at most often; three may be lost. */
const REPORTS = 3.5;

/**
 * Both directions of every instance, as the two nodes tell them. A master is heard by its adverts.
 * A backup is silent in VRRP: it was heard while it was master itself, or it reports that it hears
 * its master (UDP 8112). An instance in FAULT takes no part, so nothing is said of it.
 */
export function hearing(nodes: readonly NodeRoles[]): readonly Direction[] {
  const [a, b] = nodes;
  if (a === undefined || b === undefined) return [];
  return instancesOf(a).flatMap((one) => {
    const other = instancesOf(b).find(({ name }) => name === one.name);
    if (other === undefined || !takesPart(one) || !takesPart(other)) return [];
    return [
      direction(a.node, one, b.node, other), // b hears a
      direction(b.node, other, a.node, one),
    ];
  });
}

function instancesOf(node: NodeRoles): readonly InstanceStatus[] {
  return node.daemon?.vrrp?.instances ?? [];
}

const takesPart = ({ state }: InstanceStatus): boolean => state === "MASTER" || state === "BACKUP";

function direction(from: string, sender: InstanceStatus, to: string, receiver: InstanceStatus): Direction {
  return {
    instance: sender.name,
    from,
    to,
    proof: proofOf(sender, receiver),
    refused: refused(receiver),
    outranks: sender.effectivePriority > receiver.effectivePriority,
  };
}

function proofOf(sender: InstanceStatus, receiver: InstanceStatus): Proof {
  const peers = receiver.peers ?? [];
  const adverts = [...peers.map((peer) => peer.lastAdvertHeardMs), receiver.lastAdvertHeardMs];
  const age = Math.min(...adverts.map((ms) => ms ?? Number.POSITIVE_INFINITY));
  if (sender.state === "MASTER") {
    const limit = LOST * sender.advertIntervalMs + LOOK_MS;
    return age <= limit ? "advert" : "deaf";
  }
  if (Number.isFinite(age)) return "advert";
  // keepalived counts what it takes for itself; the other direction is proved by its backup.
  if (receiver.peers === undefined && receiver.state === "MASTER" && sender.lastAdvertHeardMs !== null)
    return "untold";
  const limit = REPORTS * Math.max(1000, sender.advertIntervalMs) + LOOK_MS;
  const reported = peers.some(({ lastReportMs }) => lastReportMs !== null && lastReportMs <= limit);
  if (reported) return "report";
  // Between two backups nobody speaks yet.
  return receiver.state === "MASTER" ? "deaf" : "silent";
}

function refused(receiver: InstanceStatus): Readonly<Record<string, number>> {
  const kinds = Object.entries(receiver.packetErrors ?? {});
  return Object.fromEntries(kinds.filter(([kind, count]) => count > 0 && kind !== "looped"));
}

/** The directions that are not proved, as problems that say which node is deaf and what to look for. */
export function deafness(directions: readonly Direction[]): readonly Problem[] {
  return directions
    .filter(({ proof }) => proof === "deaf" || proof === "silent")
    .map(({ instance, from, to, refused, proof }) => {
      const kinds = Object.entries(refused).map(([kind, count]) => `${count} ${kind.replaceAll("_", " ")}`);
      const got = kinds.length === 0 ? "nothing arrived" : `refused: ${kinds.join(", ")}`;
      return {
        code: "VERIFY_PAIR_DEAF",
        severity: "error",
        message:
          proof === "silent"
            ? `neither node speaks in instance ${instance}: ${to} is not master and hears nothing of ${from}`
            : `${to} does not hear ${from} in instance ${instance} (${got})`,
        where: { kind: "host", host: to },
        why: "a pair whose nodes do not hear each other has two masters, now or after the next failover",
        hint: hintOf(to, from, kinds.length > 0),
      };
    });
}

function hintOf(to: string, from: string, gotSomething: boolean): string {
  return gotSomething
    ? `packets of ${from} arrive and are refused: compare authentication, version, interval and addresses of both nodes (tandem drift), and \`tandemd status --json\` on ${to}`
    : `let IP protocol 112 (51 with AH) and UDP port 8112 from ${from} pass on ${to} (nft list ruleset), look for IGMP snooping without a querier or a cloud that drops multicast (transport: { kind: "unicast" }), then run \`pulumi up\` again`;
}

export interface HearingOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly onCheckIn?: (seconds: number) => void;
  /** Called once, when nobody leads an instance yet and nobody has been heard in it. */
  readonly onSilence?: (directions: readonly Direction[]) => Promise<void>;
}

/** An instance of which neither node is master or has heard the other: a pair that has just been started. */
export const isSilent = (directions: readonly Direction[]): boolean =>
  directions.some(({ instance }) =>
    directions.every((each) => each.instance !== instance || each.proof === "silent"),
  );

/** Looks until both directions of every instance are proved, or the deadline passes. */
export async function provedHearing(
  hosts: readonly Host[],
  options: HearingOptions,
): Promise<readonly Direction[]> {
  const roles = rolesReader(hosts);
  let { onSilence } = options;
  let last: readonly Direction[] = [];
  await waitFor(
    async () => {
      last = hearing(await roles());
      if (onSilence !== undefined && isSilent(last)) {
        const told = onSilence;
        onSilence = undefined;
        await told(last);
      }
      return deafness(last).length === 0 ? true : undefined;
    },
    { everyMs: 250, ...options },
  );
  return last;
}
