import type { Release } from "../../render/index.ts";
import type { HostFacts } from "../observe/facts.ts";
import { type ApplyContext, tell } from "./context.ts";
import type { Plan } from "./plan.ts";

/** Milliseconds for the other host to take over. */
const DEADLINE = 10_000;

/** What a host says that was asked to stay backup; it takes over when it is asked back. */
const YIELDED = 1;

/**
 * Instances that this host leads although the other one is preferred, and well enough to lead them: it would win an
 * election, and only keeps out of one for now (it was asked to stay backup, or waits before it preempts).
 */
export function ledForAnother(release: Release, { daemon }: HostFacts): readonly string[] {
  const { backupOf = [] } = release.requires;
  // Debian's keepalived knows no handover without silence: there a reload on the host that leads costs less.
  if (daemon?.units !== undefined) return [];
  return (daemon?.vrrp?.instances ?? []).flatMap(({ name, state, effectivePriority, peers = [] }) => {
    const ready = peers.some(
      ({ hearsUs, state: its, priority }) =>
        hearsUs === true &&
        its === "BACKUP" &&
        priority !== null &&
        (priority === YIELDED || priority > effectivePriority),
    );
    return state === "MASTER" && ready && backupOf.includes(name) ? [name] : [];
  });
}

/**
 * The host that is changed first must not be the one that serves, whatever the definition prefers: one that leads in
 * the other's place hands over before anything of it is changed. The addresses would go back there anyway.
 */
export async function stepBack(context: ApplyContext, plan: Plan, facts: HostFacts): Promise<void> {
  const { shell, release } = context;
  const led = ledForAnother(release, facts);
  const program = facts.binary?.path;
  if (led.length === 0 || program === undefined || plan.action === "none") return;
  tell(
    context,
    "step-back",
    `leads ${led.join(", ")} in the other host's place: hands over before it is changed`,
  );
  const argv = [program, "handover", "--timeout-ms", String(DEADLINE)];
  const { exitCode } = await shell.run(argv, { timeout: DEADLINE + 5_000 });
  // Nothing is lost by going on: a reload keeps the addresses.
  if (exitCode !== 0)
    tell(context, "warning", "nobody took the addresses over; it is changed while it leads");
}
