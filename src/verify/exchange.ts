import type { Host } from "../host/host.ts";
import { type Direction, deafness, hearing } from "./hearing.ts";
import { rolesReader } from "./pair.ts";
import { daemonPath } from "./status.ts";
import { waitFor } from "./wait.ts";

const HANDOVER_MS = 30_000;

/** Whether a direction rests on a report alone: UDP, which says nothing of IP protocol 112. */
export const isUnsure = (directions: readonly Direction[]): boolean =>
  directions.some(({ proof }) => proof === "report");

/**
 * Lets the node that was never heard speak: the master hands over, and the other one advertises. For a daemon that
 * has not heard an advert since it started. The former master is asked back whatever came of it, unless the other
 * one outranks it: that is the master of a new pair, whose turn would have come with its down timer. One exchange
 * costs one planned handover or two, in which the successor serves before the old master lets go.
 *
 * What the directions are afterwards.
 */
export async function exchange(
  hosts: readonly Host[],
  before: readonly Direction[],
  deadlineMs: number,
  signal: AbortSignal,
): Promise<readonly Direction[]> {
  const [unsure] = before.filter(({ proof }) => proof === "report");
  const master = hosts.find(({ name }) => name === unsure?.to);
  const other = hosts.find(({ name }) => name === unsure?.from);
  if (unsure === undefined || master === undefined || other === undefined) return before;
  const roles = rolesReader(hosts);
  let after = before;
  await order(master, "handover", signal);
  try {
    await waitFor(
      async () => {
        const found = hearing(await roles());
        // Heard at last, or master again because nothing was heard.
        after = found.map((found) => ({ ...found, proof: found.proof === "report" ? "deaf" : found.proof }));
        return isUnsure(found) ? undefined : true;
      },
      { deadlineMs, signal, everyMs: 100 },
    );
  } finally {
    const stays = unsure.outranks && !isUnsure(after) && deafness(after).length === 0;
    if (!stays) await order(other, "handover", signal);
    // Who has handed over counts for nothing until it reads its files again: it would not take over from a master
    // whose priority falls.
    await order(stays ? master : other, "reload", signal);
  }
  return after;
}

/**
 * Lets the node that is not preferred lead at once where nobody does, instead of when its down timer ends: the
 * addresses have been asked for before, and a master that is somebody else shows itself all the same. The preferred
 * node hears it, and takes over as it would have.
 */
export async function beginLeading(
  hosts: readonly Host[],
  directions: readonly Direction[],
  signal: AbortSignal,
): Promise<void> {
  const name = directions.find(({ proof, outranks }) => proof === "silent" && !outranks)?.from;
  const host = hosts.find((each) => each.name === name);
  // An engine that does not know the order is waited for.
  if (host !== undefined) await order(host, "lead", signal);
}

async function order(host: Host, what: "handover" | "reload" | "lead", signal: AbortSignal): Promise<void> {
  const shell = await host.shell();
  const program = await daemonPath(shell);
  // A handover that finds no successor is one of the outcomes: the status tells it.
  if (program !== undefined) await shell.run([program, what], { timeout: HANDOVER_MS, signal });
}
