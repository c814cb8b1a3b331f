import { openHost } from "../../host/index.ts";
import type { ProbePlan } from "./plan.ts";
import { type Prober, startLocalProber } from "./prober.ts";
import { startRemoteProber } from "./remote.ts";

/** Starts probing from where the plan says. `now` is the drill's clock, milliseconds. */
export async function startProber(plan: ProbePlan, now: () => number): Promise<Prober> {
  if (plan.from === undefined) return startLocalProber(plan, now);
  // A connection of its own: the fault may cut the one that the drill works with.
  const host = openHost(plan.from);
  try {
    const prober = await startRemoteProber(plan, now, await host.shell());
    return {
      samples: prober.samples,
      stop: async () => {
        const samples = await prober.stop();
        await host.close();
        return samples;
      },
    };
  } catch (error) {
    await host.close();
    throw error;
  }
}
