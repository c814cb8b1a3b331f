import type { Observation } from "../../host/host.ts";
import { newerDaemon } from "../../host/skew.ts";
import { PROXY_USER, type Release } from "../../render/release.ts";

/**
 * Why a reachable node is not well, apart from drift: one sentence per reason.
 * A service that is stopped although it should run is drift, not sickness.
 */
export function ailments(release: Release, observed: Observation): string[] {
  if (!release.service.active || !observed.service.active) return [];
  const { daemon } = observed;
  const newer = newerDaemon(release.node, observed.speaks);
  if (newer !== undefined) return [`${newer.message}: ${newer.hint}`];
  if (daemon === undefined) {
    return ["tandem.service is active, but tandemd does not answer on its control socket"];
  }
  const reasons: string[] = [];
  if (release.files["sysusers.conf"] !== undefined && observed.proxyUser !== true)
    reasons.push(`there is no user and group ${PROXY_USER}: the service runs on, and would not start again`);
  for (const instance of daemon.vrrp?.instances ?? []) {
    if (instance.state === "FAULT") {
      const why = instance.reasons.length === 0 ? "no reason given" : instance.reasons.join(", ");
      reasons.push(`VRRP instance ${instance.name} is in FAULT on ${instance.interface}: ${why}`);
    }
    const missing = instance.addresses.filter((address) => !instance.held.includes(address));
    if (instance.state === "MASTER" && missing.length > 0) {
      reasons.push(
        `VRRP instance ${instance.name} is MASTER, but the host does not hold ${missing.join(", ")}`,
      );
    }
  }
  for (const frontend of daemon.proxy?.frontends ?? []) {
    if (!frontend.listening) {
      reasons.push(`frontend ${frontend.name} does not listen on ${frontend.binds.join(", ")}`);
    }
  }
  return reasons;
}
