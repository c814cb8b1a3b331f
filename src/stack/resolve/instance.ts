import { parseInterface } from "../schema/address.ts";
import { durationMs } from "../schema/duration.ts";
import type { PairData, VrrpInstanceData } from "../schema/stack.ts";
import { mustParse } from "./connection.ts";
import { defaultPriorities, type Tracker } from "./election.ts";
import { predictFailover } from "./failover.ts";
import { present } from "./present.ts";
import type { FailoverPrediction, ResolvedInstance, ResolvedMember, ResolvedVip } from "./resolved.ts";

/** The placeholder's name for the password of an instance. */
export function passwordSecret(instance: string): string {
  return `vrrp.${instance}.password`;
}

/** Everything that bears on the priority of an instance, in the order of the definition. */
export function trackersOf(pair: PairData, instance: VrrpInstanceData): readonly Tracker[] {
  const scripts = new Map(pair.trackScripts.map((script) => [script.name, script.weight]));
  const proxy = trackProxyOf(pair, instance);
  return [
    ...instance.trackScripts.flatMap((script) => {
      const weight = scripts.get(script);
      return weight === undefined ? [] : [{ name: `script ${script}`, weight }];
    }),
    ...instance.trackInterfaces.map((t) => ({ name: `interface ${t.interface}`, weight: t.weight })),
    ...(proxy === undefined ? [] : [{ name: "the proxy", weight: proxy.weight }]),
  ];
}

/** Native tracking of the own proxy; on by default where there is something to serve. */
export function trackProxyOf(pair: PairData, instance: VrrpInstanceData): { weight: number } | undefined {
  const wish = instance.trackProxy ?? pair.frontends.length > 0;
  if (wish === false) return undefined;
  return wish === true ? { weight: 0 } : { weight: wish.weight };
}

/** Priority and start state of a node in an instance. */
export function memberOf(pair: PairData, instance: VrrpInstanceData, node: string): ResolvedMember {
  const defaults = defaultPriorities(trackersOf(pair, instance));
  const isMaster = node === instance.master;
  // AH must hear the other node's sequence number first.
  const waits =
    instance.nopreempt || instance.preemptDelay !== undefined || instance.authentication.kind === "AH";
  const wish = instance.members[node];
  return {
    priority: wish?.priority ?? (isMaster ? defaults.master : defaults.backup),
    // MASTER as a start state would clear nopreempt and preempt_delay.
    state: wish?.state ?? (isMaster && !waits ? "MASTER" : "BACKUP"),
  };
}

/** How fast the node that is not the preferred master takes over. */
export function failoverOf(pair: PairData, instance: VrrpInstanceData): FailoverPrediction {
  const other = pair.nodes.find((node) => node.name !== instance.master) ?? pair.nodes[1];
  return predictFailover(
    instance.version ?? pair.vrrp.version,
    durationMs(instance.advertInterval ?? pair.vrrp.advertInterval),
    memberOf(pair, instance, other.name).priority,
  );
}

/** The instance with the pair's defaults filled in. */
export function resolveInstance(pair: PairData, instance: VrrpInstanceData): ResolvedInstance {
  const version = instance.version ?? pair.vrrp.version;
  const advertIntervalMs = durationMs(instance.advertInterval ?? pair.vrrp.advertInterval);
  const members = Object.fromEntries(
    pair.nodes.map((node) => [node.name, memberOf(pair, instance, node.name)]),
  );
  return present({
    name: instance.name,
    virtualRouterId: instance.virtualRouterId,
    family: familyOf(instance),
    interface: instance.interface,
    version,
    advertIntervalMs,
    transport: instance.transport ?? pair.vrrp.transport,
    master: instance.master,
    members,
    nopreempt: instance.nopreempt,
    preemptDelayMs: instance.preemptDelay === undefined ? undefined : durationMs(instance.preemptDelay),
    authentication:
      instance.authentication.kind === "none"
        ? instance.authentication
        : { kind: instance.authentication.kind, secret: passwordSecret(instance.name) },
    vips: instance.vips.map(resolveVip),
    excludedVips: instance.excludedVips.map(resolveVip),
    trackScripts: instance.trackScripts,
    trackInterfaces: instance.trackInterfaces,
    trackProxy: trackProxyOf(pair, instance),
    witnesses: instance.witnesses.map((witness) => present(witness)),
    strictWitness: instance.strictWitness,
    notify: present(instance.notify),
    mail: pair.vrrp.notification !== undefined && instance.mail !== false,
    directives: instance.directives,
    failover: failoverOf(pair, instance),
  });
}

/** The family of the adverts: that of the first virtual address. */
export function familyOf(instance: VrrpInstanceData): "ipv4" | "ipv6" {
  return parseInterface(instance.vips[0]?.address ?? "")?.address.family ?? "ipv4";
}

function resolveVip(vip: VrrpInstanceData["vips"][number]): ResolvedVip {
  return present({ address: mustParse(vip.address), interface: vip.interface, label: vip.label });
}
