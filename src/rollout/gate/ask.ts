import type { Connection, Host } from "../../host/index.ts";
import { drillVerdicts, type StackState } from "../pulumi/state.ts";
import type { WantedStage } from "../release/wanted.ts";
import type { GateContext, GateVerdict } from "../run/driver.ts";
import { runCommand } from "./command.ts";
import { drillNow } from "./drill.ts";
import { soak } from "./soak.ts";

/** What a gate may use. */
export interface GateTools {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  readonly ask?: (question: string) => Promise<string | undefined>;
  readonly state: () => Promise<StackState>;
  /** What a preview would change on the live hosts. */
  readonly changes: () => Promise<readonly string[]>;
  readonly now: () => string;
  /** How a host is reached. */
  readonly open: (connection: Connection) => Host;
}

/** Asks one gate. */
export async function askGate(
  stage: WantedStage,
  context: GateContext,
  tools: GateTools,
): Promise<GateVerdict> {
  const { gate } = context;
  switch (gate.kind) {
    case "noDrift": {
      const changes = await tools.changes();
      if (changes.length === 0) return passed("every host is as it was deployed");
      const more = changes.length > 5 ? `, and ${changes.length - 5} more` : "";
      return failed(`${changes.slice(0, 5).join("; ")}${more}`);
    }
    case "drill":
      return gate.faults === undefined
        ? recordedDrills(stage, await tools.state())
        : drillNow(stage, gate, context, tools);
    case "soak":
      return soak(stage, gate, context, tools);
    case "approval":
      return approval(stage, context, tools);
    case "command":
      return runCommand(stage, gate, context, tools);
  }
}

export const passed = (detail: string): GateVerdict => ({ outcome: "passed", detail });
export const failed = (detail: string): GateVerdict => ({ outcome: "failed", detail });

/** The verdicts of the drills that the deployment itself ran, for every pair. */
function recordedDrills(stage: WantedStage, state: StackState): GateVerdict {
  const found = stage.pairs.map(({ name }) => ({ name, drills: drillVerdicts(state, name) }));
  const without = found.filter(({ drills }) => drills.length === 0).map(({ name }) => name);
  if (without.length > 0)
    return failed(
      `no drill was run on ${without.join(", ")}: add \`drill\` to the pair, or \`faults\` to the gate`,
    );
  const all = found.flatMap(({ drills }) => drills);
  const bad = all.filter((drill) => !drill.passed);
  if (bad.length > 0) return failed(bad.map(({ pair, fault }) => `${pair}: ${fault} failed`).join("; "));
  const worst = Math.max(...all.map(({ outageMs }) => outageMs));
  return passed(`${all.length} drills passed, longest outage ${worst.toFixed(0)} ms`);
}

async function approval(stage: WantedStage, context: GateContext, tools: GateTools): Promise<GateVerdict> {
  const { gate } = context;
  if (context.approval !== undefined) return passed(context.approval);
  const wished = gate.kind === "approval" ? gate.question : undefined;
  const question = wished ?? `release ${context.release} is in ${stage.name}: may it go on?`;
  const answer = await tools.ask?.(question);
  if (answer !== undefined) return passed(answer);
  return {
    outcome: "waiting",
    detail: `waits for an approval (${question}); \`tandem rollout resume --approve NAME\` gives it`,
  };
}
