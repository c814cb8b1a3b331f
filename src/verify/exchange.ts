import type { Host } from "../host/host.ts";
import { type Direction, hearing } from "./hearing.ts";
import { observeRoles } from "./pair.ts";
import { daemonPath } from "./status.ts";
import { waitFor } from "./wait.ts";

const HANDOVER_MS = 30_000;

/** Whether a direction rests on a report alone: UDP, which says nothing of IP protocol 112. */
export const isUnsure = (directions: readonly Direction[]): boolean =>
  directions.some(({ proof }) => proof === "report");

/**
 * Lets the node that was never heard speak: the master hands over, the other one advertises, and
 * hands back. For a daemon that has not heard an advert since it started; one exchange costs two
 * planned handovers, in which the successor serves before the old master lets go.
 *
 * What the directions are afterwards; the former master is asked back whatever came of it.
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
  if (master === undefined || other === undefined) return before;
  let after = before;
  await handover(master, signal);
  try {
    await waitFor(
      async () => {
        const found = hearing(await observeRoles(hosts));
        // Heard at last, or master again because nothing was heard.
        after = found.map((found) => ({ ...found, proof: found.proof === "report" ? "deaf" : found.proof }));
        return isUnsure(found) ? undefined : true;
      },
      { deadlineMs, signal, everyMs: 100 },
    );
  } finally {
    await handover(other, signal);
  }
  return after;
}

async function handover(host: Host, signal: AbortSignal): Promise<void> {
  const shell = await host.shell();
  const program = await daemonPath(shell);
  // A handover that finds no successor is one of the outcomes: the status tells it.
  if (program !== undefined) await shell.run([program, "handover"], { timeout: HANDOVER_MS, signal });
}
