import type { Problem } from "../../diagnostics/index.ts";
import { influence, OWNER, type Tracker } from "../resolve/election.ts";
import { memberOf, trackersOf } from "../resolve/instance.ts";
import type { PairData, VrrpInstanceData } from "../schema/stack.ts";
import { error, type Path, warning } from "./report.ts";

/** Who is master when: priorities, weights, start states and preemption must fit together. */
export function checkElection(pair: PairData, path: Path): Problem[] {
  return pair.vrrpInstances.flatMap((instance, i) => {
    const at = [...path, "vrrpInstances", i];
    if (!pair.nodes.some((node) => node.name === instance.master)) return [];
    return [
      ...priorities(pair, instance, at),
      ...owners(instance, at),
      ...weights(pair, instance, at),
      ...preemption(pair, instance, at),
      ...syncedWeights(pair, instance, at),
    ];
  });
}

function contenders(
  pair: PairData,
  instance: VrrpInstanceData,
): { other: string; master: number; backup: number } {
  const other = pair.nodes.find((node) => node.name !== instance.master)?.name ?? "";
  return {
    other,
    master: memberOf(pair, instance, instance.master).priority,
    backup: memberOf(pair, instance, other).priority,
  };
}

function priorities(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  const { other, master, backup } = contenders(pair, instance);
  const at = [...path, "members"];
  if (master === backup) {
    return [
      error("STACK_PRIORITIES_EQUAL", at, `both nodes have priority ${master}`, {
        why: "the order of start would decide who is master",
        hint: `give ${instance.master} a higher priority than ${other}, or leave both out`,
      }),
    ];
  }
  if (master > backup) return [];
  return [
    error(
      "STACK_MASTER_NOT_PREFERRED",
      at,
      `${other} has priority ${backup}, the master ${instance.master} only ${master}`,
      {
        why: `${other} would be master as soon as both are up`,
        hint: `swap the priorities or write master: ${JSON.stringify(other)}`,
      },
    ),
  ];
}

function owners(instance: VrrpInstanceData, path: Path): Problem[] {
  return Object.entries(instance.members)
    .filter(([, member]) => member.priority === OWNER)
    .map(([node]) =>
      warning(
        "STACK_PRIORITY_OWNER",
        [...path, "members", node, "priority"],
        `priority 255 makes ${node} the owner of the addresses`,
        {
          why: "it becomes master at once whenever it starts, nopreempt or not, and no weight moves it",
          hint: "write 254, unless the addresses are its own",
        },
      ),
    );
}

function weights(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  const trackers = trackersOf(pair, instance);
  const { master, backup, other } = contenders(pair, instance);
  if (master <= backup) return [];
  const out = trackers
    .filter((tracker) => Math.abs(tracker.weight) > 0)
    .flatMap((tracker) => {
      const effect = influence(master, backup, trackers, tracker);
      if (effect.kind === "alone") return [];
      return [
        effect.kind === "never"
          ? powerless(tracker, instance, path, master, backup, other)
          : weak(tracker, effect.others, instance, path),
      ];
    });
  return [...out, ...clamped(trackers, instance, path, master)];
}

function trackerPath(tracker: Tracker, instance: VrrpInstanceData, path: Path): Path {
  const script = tracker.name.startsWith("script ") ? tracker.name.slice("script ".length) : undefined;
  if (script !== undefined) return [...path, "trackScripts", instance.trackScripts.indexOf(script)];
  const link = instance.trackInterfaces.findIndex((t) => `interface ${t.interface}` === tracker.name);
  return link === -1 ? [...path, "trackProxy"] : [...path, "trackInterfaces", link];
}

function powerless(
  tracker: Tracker,
  instance: VrrpInstanceData,
  path: Path,
  master: number,
  backup: number,
  other: string,
): Problem {
  const message = `weight ${tracker.weight} of ${tracker.name} cannot change the election`;
  return error("STACK_WEIGHT_POWERLESS", trackerPath(tracker, instance, path), message, {
    why: `${instance.master} (${master}) stays above ${other} (${backup}) whatever fails with it`,
    hint: `take a weight beyond ${master - backup} either way, priorities closer together, or weight 0 (a failure is a FAULT)`,
  });
}

function weak(tracker: Tracker, others: readonly Tracker[], instance: VrrpInstanceData, path: Path): Problem {
  const set = others.map(({ name }) => name).join(" and ");
  const message = `weight ${tracker.weight} of ${tracker.name} changes the election only when ${set} fails too`;
  return warning("STACK_WEIGHT_WEAK", trackerPath(tracker, instance, path), message, {
    why: "its failure alone leaves the addresses on a sick node",
    hint: "take a larger weight unless that is what you want",
  });
}

function clamped(
  trackers: readonly Tracker[],
  instance: VrrpInstanceData,
  path: Path,
  master: number,
): Problem[] {
  const gain = trackers.reduce((sum, tracker) => sum + Math.max(0, tracker.weight), 0);
  if (master === OWNER || master + gain <= 254) return [];
  return [
    warning(
      "STACK_PRIORITY_CLAMPED",
      [...path, "members"],
      `priority ${master} and weights of ${gain} exceed 254`,
      {
        why: "the sum is cut at 254, so a part of the weights is lost",
        hint: `give ${instance.master} at most ${254 - gain}`,
      },
    ),
  ];
}

function preemption(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  const masters = Object.entries(instance.members).filter(([, member]) => member.state === "MASTER");
  const problems: Problem[] = [];
  const wish = instance.nopreempt
    ? "nopreempt"
    : instance.preemptDelay === undefined
      ? undefined
      : "preemptDelay";
  if (masters.length > 1) {
    problems.push(
      error("STACK_STATE_TWICE_MASTER", [...path, "members"], "both nodes start as MASTER", {
        why: "both would claim the addresses at a common start",
        hint: "let at most one node start as MASTER",
      }),
    );
  }
  for (const [node] of wish === undefined ? [] : masters) {
    problems.push(
      error(
        "STACK_NOPREEMPT_WITH_MASTER",
        [...path, "members", node, "state"],
        `${wish} has no effect on ${node}, which starts as MASTER`,
        {
          why: `state MASTER clears ${wish}: the node would take the addresses back at once`,
          hint: 'write state: "BACKUP" or leave it out; the priority decides who is master',
        },
      ),
    );
  }
  return [...problems, ...nopreemptProblems(pair, instance, path)];
}

function nopreemptProblems(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  if (!instance.nopreempt) return [];
  const problems: Problem[] = [];
  if (instance.preemptDelay !== undefined) {
    problems.push(
      error(
        "STACK_PREEMPT_DELAY_WITHOUT_EFFECT",
        [...path, "preemptDelay"],
        "preemptDelay has no effect with nopreempt",
        {
          hint: "take one of the two out",
        },
      ),
    );
  }
  const weighted = trackersOf(pair, instance).find((tracker) => tracker.weight !== 0);
  if (weighted !== undefined) {
    problems.push(
      error(
        "STACK_NOPREEMPT_WITH_WEIGHTS",
        [...path, "nopreempt"],
        `nopreempt keeps the weight of ${weighted.name} from moving the addresses`,
        {
          why: "a backup with nopreempt accepts a master of lower priority, so a lowered priority never hands over",
          hint: "use weight 0 (a failure is a FAULT) or take nopreempt out",
        },
      ),
    );
  }
  return problems;
}

/** Weights of synced instances are dropped, as they could pull the group apart. */
function syncedWeights(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  const group = pair.syncGroups.find((candidate) => candidate.instances.includes(instance.name));
  const weighted = trackersOf(pair, instance).find((tracker) => tracker.weight !== 0);
  if (group === undefined || weighted === undefined) return [];
  return [
    error(
      "STACK_SYNC_GROUP_WEIGHT",
      trackerPath(weighted, instance, path),
      `weight ${weighted.weight} of ${weighted.name} is dropped in sync group ${JSON.stringify(group.name)}`,
      {
        why: "weights would pull the instances of the group to different nodes",
        hint: "use weight 0 (a failure is a FAULT)",
      },
    ),
  ];
}
