import type { ProbeSample } from "../drill.ts";
import { ask } from "./ask.ts";
import type { ProbePlan } from "./plan.ts";

/** Asks at a steady pace until it is stopped. */
export interface Prober {
  /** Finished probes so far, in the order in which they were answered. */
  readonly samples: readonly ProbeSample[];
  /** Sends no more, waits for the open ones, and returns all. */
  stop(): Promise<readonly ProbeSample[]>;
}

/** Probes from this machine. `now` is the drill's clock, milliseconds. */
export function startLocalProber(plan: ProbePlan, now: () => number): Prober {
  const samples: ProbeSample[] = [];
  const open = new Set<Promise<void>>();
  const probe = async (): Promise<void> => {
    const sentAt = now();
    const { ok, detail } = await ask(plan);
    samples.push({ sentAt, doneAt: now(), ok, detail });
  };
  const begin = now();
  let started = 0;
  let timer: NodeJS.Timeout;
  // Timers of Node are late by up to a millisecond or more: the schedule counts from the beginning,
  // so that the pace stays, and a stall is made up by at most a few probes.
  const tick = (): void => {
    const due = Math.floor((now() - begin) / plan.intervalMs) + 1;
    started = Math.max(started, due - 4);
    for (; started < due; started += 1) {
      const running = probe().finally(() => open.delete(running));
      open.add(running);
    }
    timer = setTimeout(tick, Math.max(0, begin + started * plan.intervalMs - now()));
  };
  tick();
  return {
    samples,
    stop: async () => {
      clearTimeout(timer);
      await Promise.all(open);
      return samples;
    },
  };
}
