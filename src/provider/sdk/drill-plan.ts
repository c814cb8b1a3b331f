import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import type { Connection } from "../../host/host.ts";
import type {
  BindAddress,
  IpAddress,
  ResolvedDrill,
  ResolvedFrontend,
  ResolvedInstance,
  ResolvedPair,
} from "../../stack/index.ts";
import type { ProbePlan } from "../../verify/index.ts";

export interface DrillPlan extends Pick<ResolvedDrill, "faults" | "maxOutageMs" | "when"> {
  readonly name: string;
  readonly instance: string;
  readonly preempts: boolean;
  readonly preemptDelayMs: number;
  readonly probe: ProbePlan;
  /** Node that sends the probes. */
  readonly from?: string;
}

/** What a run of a plan is told; `connections`: how the nodes of the pair are reached. */
export function drillRun(pair: string, plan: DrillPlan, connections: readonly Connection[]) {
  const { instance, probe, maxOutageMs, preempts, preemptDelayMs } = plan;
  const from = connections.find(({ name }) => name === plan.from);
  return {
    pair,
    instance,
    probe: from === undefined ? probe : { ...probe, from },
    maxOutageMs,
    preempts,
    preemptDelayMs,
  };
}

/** One drill per group of addresses that moves on its own; none when the pair asks for none. */
export function drillPlans(pair: ResolvedPair): DrillPlan[] {
  const { drill } = pair;
  if (drill === undefined) return [];
  const groups = independentInstances(pair);
  return groups.map((instance) => ({
    name: groups.length === 1 ? `${pair.name}-drill` : `${pair.name}-drill-${instance.name}`,
    instance: instance.name,
    preempts: !instance.nopreempt,
    preemptDelayMs: instance.preemptDelayMs ?? 0,
    faults: drill.faults,
    maxOutageMs: drill.maxOutageMs,
    when: drill.when,
    probe: probeOf(pair, drill, instance),
    ...(drill.from === undefined ? {} : { from: drill.from }),
  }));
}

/** Instances of a sync group move together: the first stands for all. */
function independentInstances(pair: ResolvedPair): readonly ResolvedInstance[] {
  return pair.instances.filter((instance) => {
    const group = pair.syncGroups.find((sync) => sync.instances.includes(instance.name));
    return group === undefined || group.instances[0] === instance.name;
  });
}

function probeOf(pair: ResolvedPair, drill: ResolvedDrill, instance: ResolvedInstance): ProbePlan {
  const targets = pair.frontends
    .filter((frontend) => drill.probe.kind === "tcp" || frontend.mode === "http")
    .flatMap((frontend) => targetsOf(frontend, instance));
  const target = targets[0];
  if (target === undefined) throw noTarget(pair, drill, instance);
  return {
    kind: drill.probe.kind,
    ...target,
    path: drill.probe.path,
    intervalMs: drill.probe.intervalMs,
    timeoutMs: drill.probe.timeoutMs,
  };
}

/** Virtual addresses of the instance on which the frontend listens. */
function targetsOf(frontend: ResolvedFrontend, instance: ResolvedInstance) {
  const vips = [...instance.vips, ...instance.excludedVips].map((vip) => vip.address.address);
  return frontend.binds.flatMap(({ address, port }) =>
    vips.filter((vip) => listensOn(address, vip)).map((vip) => ({ address: vip.text, port })),
  );
}

function listensOn(bind: BindAddress, vip: IpAddress): boolean {
  switch (bind.kind) {
    case "any4":
      return vip.family === "ipv4";
    case "any6":
      return vip.family === "ipv6";
    case "ip":
      return vip.text === bind.ip.text;
  }
}

function noTarget(pair: ResolvedPair, drill: ResolvedDrill, instance: ResolvedInstance): TandemError {
  return new TandemError(
    [
      {
        code: "PROVIDER_DRILL_NO_TARGET",
        severity: "error",
        message: `nothing to ask on instance ${instance.name}: no ${drill.probe.kind} frontend listens on its virtual addresses`,
        where: { kind: "path", path: ["pairs", pair.name, "drill"] },
        why: "a drill measures what a client of a virtual address sees",
        hint: "add a frontend on the address, use a tcp probe, or leave the drill out",
      },
    ],
    { exitCode: ExitCode.invalidStack },
  );
}
