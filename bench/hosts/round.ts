import { type Lab, until } from "../../lab/index.ts";
import { countLost, longestGap } from "../../src/verify/timeline.ts";
import type { Client } from "./client.ts";
import { monotonicMs } from "./clock.ts";
import type { PairControl } from "./contender.ts";
import { members } from "./definition.ts";

export const faults = ["handover", "kill-main", "kill-all", "link-cut"] as const;
export type FaultName = (typeof faults)[number];

export interface Round {
  readonly contender: string;
  readonly fault: FaultName;
  /** Longest time between two answers around the fault. */
  readonly outageMs: number;
  /** The same around the way back to the preferred master. */
  readonly failbackMs: number;
  readonly requests: number;
  readonly lost: number;
  readonly masterAfter: string;
}

/**
 * Injects one fault at the preferred master and waits until the pair is as before. The fault is watched for
 * `watchMs` at least: a backup that takes over late, or a service that comes back, must fall into it.
 */
export async function runRound(
  lab: Lab,
  pair: PairControl,
  client: Client,
  fault: FaultName,
  watchMs: number,
): Promise<Round> {
  const [preferred] = members[pair.contender];
  await settled(pair, client, preferred);
  const begin = monotonicMs();
  await inject[fault](lab, pair, preferred);
  await until("the fault was watched", watchMs * 2, () =>
    monotonicMs() - begin > watchMs ? true : undefined,
  );
  await client.steady(600, 30_000);
  const masterAfter = (await pair.master(fault === "link-cut" ? preferred : undefined)) ?? "none or both";
  const end = monotonicMs();
  await mend[fault](lab, pair, preferred);
  await settled(pair, client, preferred);
  const gap = longestGap(client.samples, begin, end);
  const back = longestGap(client.samples, end, monotonicMs());
  const { requests, lost } = countLost(client.samples, begin, end);
  return {
    contender: pair.contender,
    fault,
    outageMs: gap.ms,
    failbackMs: back.ms,
    requests,
    lost,
    masterAfter,
  };
}

async function settled(pair: PairControl, client: Client, preferred: string): Promise<void> {
  await until(`${preferred} has the address`, 30_000, async () =>
    (await pair.master()) === preferred ? true : undefined,
  );
  await client.steady(1000, 30_000);
}

type Action = (lab: Lab, pair: PairControl, host: string) => Promise<void>;

const inject: Record<FaultName, Action> = {
  handover: (_, pair, host) => pair.stopHolder(host),
  "kill-main": (_, pair, host) => pair.killMain(host),
  "kill-all": (_, pair, host) => pair.killAll(host),
  "link-cut": (lab, _, host) => lab.faults.cutLink(host),
};

const mend: Record<FaultName, Action> = {
  handover: (_, pair, host) => pair.startAll(host),
  "kill-main": (_, pair, host) => pair.startAll(host),
  "kill-all": (_, pair, host) => pair.startAll(host),
  "link-cut": (lab, _, host) => lab.faults.restoreLink(host),
};
