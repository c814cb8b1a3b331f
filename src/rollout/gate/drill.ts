import { type DrillPlan, drillPlans, drillRun } from "../../provider/sdk/drill-plan.ts";
import { durationMs, type ResolvedPair } from "../../stack/index.ts";
import { runDrill } from "../../verify/index.ts";
import type { Gate } from "../definition/schema.ts";
import { nodesOf, type StackState } from "../pulumi/state.ts";
import type { WantedStage } from "../release/wanted.ts";
import type { GateContext, GateVerdict } from "../run/driver.ts";
import type { GateTools } from "./ask.ts";

/** Injects faults now, on the canaries or on every pair, one after another. */
export async function drillNow(
  stage: WantedStage,
  gate: Extract<Gate, { readonly kind: "drill" }>,
  context: GateContext,
  tools: GateTools,
): Promise<GateVerdict> {
  const state = await tools.state();
  const names = gate.pairs === "all" ? stage.waves.flat() : context.canaries;
  const bad: string[] = [];
  let [worst, count] = [0, 0];
  for (const pair of stage.source.stack.pairs.filter(({ name }) => names.includes(name))) {
    for (const plan of plansOf(pair, gate)) {
      for (const fault of plan.faults) {
        context.note(`${pair.name}: ${fault}`);
        const result = await drill(pair, plan, fault, { state, open: tools.open }, context.signal);
        count++;
        worst = Math.max(worst, result.outageMs);
        if (!result.passed) bad.push(`${pair.name}: ${fault}: ${result.failures.join("; ")}`);
      }
    }
  }
  if (bad.length > 0) return { outcome: "failed", detail: bad.join("; ") };
  return { outcome: "passed", detail: `${count} drills passed, longest outage ${worst.toFixed(0)} ms` };
}

function plansOf(pair: ResolvedPair, gate: Extract<Gate, { readonly kind: "drill" }>): readonly DrillPlan[] {
  const kind = pair.frontends.some(({ mode }) => mode === "http") ? "http" : "tcp";
  const probe = pair.drill?.probe ?? { kind, path: "/", intervalMs: 5, timeoutMs: 1000 };
  const drill = {
    faults: gate.faults ?? [],
    maxOutageMs: durationMs(gate.maxOutage),
    when: "always" as const,
    probe,
    ...(pair.drill?.from === undefined ? {} : { from: pair.drill.from }),
  };
  return drillPlans({ ...pair, drill });
}

async function drill(
  pair: ResolvedPair,
  plan: DrillPlan,
  fault: DrillPlan["faults"][number],
  { state, open }: { readonly state: StackState; readonly open: GateTools["open"] },
  signal: AbortSignal,
) {
  const connections = nodesOf(state, [pair.name]).map(({ connection }) => connection);
  const hosts = connections.map(open);
  try {
    return await runDrill({
      ...drillRun(pair.name, plan, connections),
      hosts,
      fault,
      signal,
    });
  } finally {
    await Promise.allSettled(hosts.map((host) => host.close()));
  }
}
