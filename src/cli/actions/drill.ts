import { ExitCode, TandemError, together } from "../../diagnostics/index.ts";
import { loadStack } from "../../evaluate/index.ts";
import { openHost } from "../../host/index.ts";
import { type DrillPlan, drillPlans, drillRun } from "../../provider/sdk/drill-plan.ts";
import { parseStack, type ResolvedPair } from "../../stack/index.ts";
import { type DrillResult, type FaultKind, runDrill } from "../../verify/index.ts";
import { chosenPairs } from "../chosen-pairs.ts";
import type { DrillFlags } from "../commands.ts";
import { confirm } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import { type SecretLookup, secretLookup } from "../secrets.ts";

/** Injects the faults of each pair, one after another, and says what a client saw. */
export async function drillAction(this: CliContext, flags: DrillFlags, name: string): Promise<void> {
  const { file, input } = await loadStack(name, this.cwd);
  const stack = parseStack(input);
  const pairs = chosenPairs(stack, flags.pair);
  const plans = pairs.map((pair) => [pair, plansOf(pair, flags.fault)] as const);
  const told = plans.map(
    ([pair, list]) => `${pair.name}: ${[...new Set(list.flatMap((p) => p.faults))].join(", ")}`,
  );
  await confirm(this, flags.yes, `faults will be injected on the masters of ${told.join("; ")}`);
  const secrets = secretLookup(this, file);
  const results: DrillResult[] = [];
  for (const [pair, list] of plans) {
    for (const plan of list) results.push(...(await drillPair(this, pair, plan, secrets)));
  }
  if (results.some((r) => !r.passed)) this.endWith(ExitCode.verificationFailed);
  if (flags.json) this.printer.json({ results });
}

function plansOf(pair: ResolvedPair, faults: readonly FaultKind[] | undefined): readonly DrillPlan[] {
  const drill = pair.drill ?? defaultDrill(pair, faults);
  const plans = drillPlans({ ...pair, drill: faults === undefined ? drill : { ...drill, faults } });
  return plans;
}

function defaultDrill(
  pair: ResolvedPair,
  faults: readonly FaultKind[] | undefined,
): NonNullable<ResolvedPair["drill"]> {
  if (faults === undefined) {
    const hint =
      'name faults with --fault, or add `drill: { faults: ["handover"], maxOutage: "1s" }` to the pair';
    const message = `pair ${JSON.stringify(pair.name)} defines no drill`;
    const why = "which faults a pair has to bear is for its owner to say";
    throw new TandemError([{ code: "CLI_NO_DRILL", severity: "error", message, why, hint }], {
      exitCode: ExitCode.usage,
    });
  }
  const kind = pair.frontends.some((f) => f.mode === "http") ? "http" : "tcp";
  return {
    faults,
    maxOutageMs: 5000,
    when: "always",
    probe: { kind, path: "/", intervalMs: 5, timeoutMs: 1000 },
  };
}

async function drillPair(
  context: CliContext,
  pair: ResolvedPair,
  plan: DrillPlan,
  secrets: SecretLookup,
): Promise<readonly DrillResult[]> {
  const { printer, signal } = context;
  const connections = await together(pair.nodes.map((node) => secrets.connection(node.connection)));
  const hosts = connections.map(openHost);
  const results: DrillResult[] = [];
  try {
    for (const fault of plan.faults) {
      printer.step(`${pair.name}: ${fault} on the master of ${plan.instance}`);
      const result = await runDrill({
        ...drillRun(pair.name, plan, connections),
        hosts,
        fault,
        signal,
        onEvent: (event) =>
          printer.line(`  ${event.at.toFixed(0).padStart(6)} ms  ${event.node}: ${event.text}`),
      });
      results.push(result);
      printer.step(verdict(result));
    }
  } finally {
    await Promise.allSettled(hosts.map((host) => host.close()));
  }
  return results;
}

function verdict(r: DrillResult): string {
  const figures = `${r.outageMs.toFixed(0)} ms without an answer (allowed ${r.maxOutageMs}), ${r.lost} of ${r.requests} lost`;
  const moved = `${r.masterBefore} → ${r.masterAfter}`;
  return r.passed
    ? `passed: ${r.fault}: ${figures}, ${moved}`
    : `FAILED: ${r.fault}: ${figures}: ${r.failures.join("; ")}`;
}
