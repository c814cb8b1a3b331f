import { durationMs } from "../schema/duration.ts";
import type { SecretRef } from "../schema/secret.ts";
import type { PairData, StackData } from "../schema/stack.ts";
import { certificateSecrets, statisticsSecret } from "../secrets.ts";
import { resolveNode } from "./connection.ts";
import { passwordSecret, resolveInstance } from "./instance.ts";
import { present } from "./present.ts";
import { resolveBackend, resolveFrontend, resolveProxy } from "./proxy.ts";
import type {
  ResolvedDrill,
  ResolvedNotification,
  ResolvedPair,
  ResolvedStack,
  ResolvedTrackScript,
} from "./resolved.ts";
import { resolveStatistics } from "./statistics.ts";

/** The checked definition with all defaults in place. */
export function resolveStack(stack: StackData): ResolvedStack {
  return { name: stack.name, pairs: stack.pairs.map(resolvePair) };
}

function resolvePair(pair: PairData): ResolvedPair {
  const [first, second] = pair.nodes;
  return present({
    name: pair.name,
    nodes: [resolveNode(first), resolveNode(second)] as const,
    engine: pair.engine,
    takeOver: pair.takeOver,
    startupDelayMs: durationMs(pair.vrrp.startupDelay),
    garp: {
      masterDelayMs: durationMs(pair.vrrp.garp.masterDelay),
      repeat: pair.vrrp.garp.repeat,
      refreshMs: durationMs(pair.vrrp.garp.refresh),
    },
    notification:
      pair.vrrp.notification === undefined ? undefined : resolveNotification(pair.vrrp.notification),
    trackScripts: pair.trackScripts.map(resolveScript),
    instances: pair.vrrpInstances.map((instance) => resolveInstance(pair, instance)),
    syncGroups: pair.syncGroups.map((group) => ({ ...group, notify: present(group.notify) })),
    proxy: resolveProxy(pair.proxy),
    certificates: pair.certificates.flatMap(({ kind, name }) =>
      kind === "secret" ? [{ name, secrets: certificateSecrets(name) }] : [],
    ),
    frontends: pair.frontends.map((frontend) => resolveFrontend(frontend, pair.certificates)),
    backends: pair.backends.map(resolveBackend),
    statistics:
      pair.statistics === undefined ? undefined : resolveStatistics(pair.statistics, pair.certificates),
    sections: pair.sections.map((section) => present(section)),
    keepalived: { globals: pair.vrrp.globalDirectives, blocks: pair.vrrp.blocks },
    kernel: pair.kernel,
    sysctls: Object.fromEntries(Object.entries(pair.sysctls).map(([key, value]) => [key, String(value)])),
    firewall: pair.firewall,
    sharedTables: pair.sharedTables,
    drill: pair.drill === undefined ? undefined : resolveDrill(pair, pair.drill),
    secrets: secretsOf(pair),
  });
}

function resolveNotification(wish: NonNullable<PairData["vrrp"]["notification"]>): ResolvedNotification {
  const { connectTimeout, ...rest } = wish;
  return present({ ...rest, connectTimeoutMs: durationMs(connectTimeout) });
}

function resolveScript(script: PairData["trackScripts"][number]): ResolvedTrackScript {
  const { interval, timeout, ...rest } = script;
  return present({
    ...rest,
    intervalMs: durationMs(interval),
    timeoutMs: timeout === undefined ? undefined : durationMs(timeout),
  });
}

function resolveDrill(pair: PairData, drill: NonNullable<PairData["drill"]>): ResolvedDrill {
  const speaksHttp = pair.frontends.some((frontend) => frontend.mode === "http");
  const probe = drill.probe ?? {
    kind: speaksHttp ? ("http" as const) : ("tcp" as const),
    interval: "5ms" as const,
    timeout: "1s" as const,
  };
  return present({
    faults: drill.faults,
    maxOutageMs: durationMs(drill.maxOutage),
    when: drill.when,
    probe: {
      kind: probe.kind,
      path: "path" in probe ? probe.path : "/",
      intervalMs: durationMs(probe.interval),
      timeoutMs: durationMs(probe.timeout),
    },
    from: drill.from,
  });
}

function secretsOf(pair: PairData): Record<string, SecretRef> {
  const passwords = pair.vrrpInstances.flatMap((instance) =>
    instance.authentication.kind === "none"
      ? []
      : [[passwordSecret(instance.name), instance.authentication.password] as const],
  );
  const certificates = pair.certificates.flatMap((one) => {
    if (one.kind !== "secret") return [];
    const [certificate, key] = certificateSecrets(one.name);
    return [[certificate, one.certificate] as const, [key, one.privateKey] as const];
  });
  const users = (pair.statistics?.users ?? []).map(
    ({ name, password }) => [statisticsSecret(name), password] as const,
  );
  return Object.fromEntries([...passwords, ...certificates, ...users]);
}
