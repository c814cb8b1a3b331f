import type { Problem } from "../diagnostics/index.ts";
import { warning } from "./check/report.ts";
import type { ResolvedPair, ResolvedStack } from "./resolve/resolved.ts";

/** How long an address is away, as the protocol predicts; whole milliseconds. */
export interface Prediction {
  readonly vip: string;
  readonly instance: string;
  readonly master: string;
  readonly crashLeast: number;
  readonly crashMost: number;
  readonly graceful: number;
}

/** One prediction per virtual address of a pair, those that stand in no advert included. */
export function pairPredictions(pair: ResolvedPair): readonly Prediction[] {
  return pair.instances.flatMap((instance) =>
    [...instance.vips, ...instance.excludedVips].map((vip) => ({
      vip: vip.address.text,
      instance: instance.name,
      master: instance.master,
      crashLeast: Math.round(instance.failover.crash.least),
      crashMost: Math.round(instance.failover.crash.most),
      graceful: Math.round(instance.failover.graceful),
    })),
  );
}

export function failoverPredictions(stack: ResolvedStack): readonly Prediction[] {
  return stack.pairs.flatMap(pairPredictions);
}

/** A prediction in words (rule E17). */
export function predictionText(p: Prediction): string {
  return `${p.vip}: crash of ${p.master} ${p.crashLeast} to ${p.crashMost} ms, graceful stop ${p.graceful} ms without an answer (as the protocol predicts)`;
}

/** What takes longer than wanted: the failover itself (E17), and scripts that start it (E09). */
export function checkTarget(stack: ResolvedStack, targetMs: number): readonly Problem[] {
  return stack.pairs.flatMap((pair, i) => [
    ...pairPredictions(pair).flatMap((p) => late(p, pair, ["pairs", i], targetMs)),
    ...pair.trackScripts.flatMap((script, j) => {
      const needs = script.intervalMs * script.fall;
      if (needs <= targetMs) return [];
      return [
        warning(
          "STACK_SCRIPT_SLOW",
          ["pairs", i, "trackScripts", j],
          `script ${script.name} notices a dead service after up to ${needs} ms, ${targetMs} ms are wanted`,
          {
            why: `it runs every ${script.intervalMs} ms and has to fail ${script.fall} times in a row; the failover comes on top`,
            hint: "shorten interval or lower fall; trackProxy follows the own proxy within milliseconds",
          },
        ),
      ];
    }),
  ]);
}

function late(p: Prediction, pair: ResolvedPair, path: (string | number)[], targetMs: number): Problem[] {
  const at = [...path, "vrrpInstances", pair.instances.findIndex(({ name }) => name === p.instance)];
  const faults = [
    { what: "a crash", ms: p.crashMost },
    { what: "a graceful stop", ms: p.graceful },
  ];
  return faults
    .filter(({ ms }) => ms > targetMs)
    .map(({ what, ms }) =>
      warning(
        "STACK_FAILOVER_SLOW",
        at,
        `${p.vip} is away for up to ${ms} ms after ${what} of ${p.master}, ${targetMs} ms are wanted`,
        {
          why: "the backup waits for three adverts and its skew; after a farewell for the skew alone",
          hint: "shorten advertInterval, e.g. to 100ms, and leave the priorities to the defaults",
        },
      ),
    );
}
