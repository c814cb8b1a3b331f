import type {
  ResolvedInstance,
  ResolvedNode,
  ResolvedNotify,
  ResolvedPair,
  ResolvedTrackScript,
  ResolvedVip,
  ResolvedWitness,
} from "../../stack/index.ts";
import type { RouterDialect } from "../engines/engine.ts";
import { secretPlaceholder } from "../release.ts";
import { seconds } from "./time.ts";

/** Model of templates/keepalived.conf.hbs for one node; every field is there. */
export function keepalivedModel(
  pair: ResolvedPair,
  node: ResolvedNode,
  dialect: RouterDialect,
  program: string,
): object {
  const { proxyScript } = dialect;
  const follows = pair.instances.some(({ trackProxy }) => trackProxy !== undefined);
  const scripts = [...pair.trackScripts, ...(follows && proxyScript !== undefined ? [proxyScript] : [])];
  return {
    pair: pair.name,
    node: node.name,
    globals: [...globals(pair, scripts, dialect.globals(program)), ...pair.keepalived.globals],
    blocks: nonEmpty(pair.keepalived.blocks),
    notification: notification(pair),
    scripts: scripts.map((script) => ({
      name: script.name,
      script: script.script,
      interval: seconds(script.intervalMs),
      timeout: seconds(script.timeoutMs ?? script.intervalMs),
      weight: script.weight,
      rise: script.rise,
      fall: script.fall,
      user: script.user,
    })),
    syncGroups: pair.syncGroups.map((group) => ({
      name: group.name,
      instances: group.instances,
      notify: notifyLines(group.notify),
    })),
    instances: pair.instances.map((instance) => instanceModel(pair, node, instance, proxyScript)),
  };
}

function globals(
  pair: ResolvedPair,
  scripts: readonly ResolvedTrackScript[],
  engineLines: readonly string[],
): string[] {
  const { garp } = pair;
  const runsPrograms =
    scripts.length > 0 ||
    engineLines.length > 0 ||
    [...pair.instances, ...pair.syncGroups].some((thing) => Object.keys(thing.notify).length > 0);
  return [
    ...(runsPrograms ? ["script_user root", "enable_script_security"] : []),
    ...(pair.startupDelayMs > 0 ? [`vrrp_startup_delay ${seconds(pair.startupDelayMs)}`] : []),
    ...(garp.masterDelayMs === 5000 ? [] : [`vrrp_garp_master_delay ${seconds(garp.masterDelayMs)}`]),
    ...(garp.repeat === 5 ? [] : [`vrrp_garp_master_repeat ${garp.repeat}`]),
    ...(garp.refreshMs === 0 ? [] : [`vrrp_garp_master_refresh ${seconds(garp.refreshMs)}`]),
    // A loser that says nothing leaves clients with its address after a healed partition.
    "vrrp_higher_prio_send_advert true",
    ...engineLines,
  ];
}

function notification(pair: ResolvedPair): object | null {
  const wish = pair.notification;
  if (wish === undefined) return null;
  return {
    recipients: wish.recipients,
    from: wish.from,
    server: wish.smtpServer.address,
    port: wish.smtpServer.port,
    connectTimeout: seconds(wish.connectTimeoutMs),
    heloName: wish.heloName ?? null,
  };
}

function instanceModel(
  pair: ResolvedPair,
  node: ResolvedNode,
  instance: ResolvedInstance,
  proxyScript: ResolvedTrackScript | undefined,
): object {
  const proxyWeight = instance.trackProxy === undefined ? undefined : weightWord(instance.trackProxy.weight);
  const own = instance.interface ?? node.interface;
  const member = instance.members[node.name];
  if (member === undefined) throw new RangeError(`${node.name} is no member of ${instance.name}`);
  return {
    name: instance.name,
    state: member.state,
    interface: own,
    virtualRouterId: instance.virtualRouterId,
    priority: member.priority,
    version: instance.version,
    advertInterval: seconds(instance.advertIntervalMs),
    options: options(instance),
    peer: peer(pair, node, instance),
    authentication:
      instance.authentication.kind === "none"
        ? null
        : { type: instance.authentication.kind, password: secretPlaceholder(instance.authentication.secret) },
    vips: instance.vips.map((vip) => vipLine(vip, own)),
    excludedVips: nonEmpty(instance.excludedVips.map((vip) => vipLine(vip, own))),
    trackScripts: nonEmpty([
      ...instance.trackScripts,
      ...(proxyWeight === undefined || proxyScript === undefined
        ? []
        : [`${proxyScript.name}${proxyWeight}`]),
    ]),
    trackInterfaces: nonEmpty(instance.trackInterfaces.map((t) => `${t.interface}${weightWord(t.weight)}`)),
    // A comment to keepalived, which knows no proxy; a directive to tandemd.
    trackProxy:
      proxyWeight === undefined || proxyScript !== undefined ? null : `#tandem: track_proxy${proxyWeight}`,
    witnesses: witnessLines(instance),
    notify: notifyLines(instance.notify),
    directives: instance.directives,
  };
}

/** Comments to keepalived, which asks nobody; directives to tandemd. */
function witnessLines(instance: ResolvedInstance): string[] {
  const strict = instance.strictWitness ? " strict" : "";
  return instance.witnesses.map((witness) => `#tandem: witness ${witnessWords(witness)}${strict}`);
}

function witnessWords(witness: ResolvedWitness): string {
  switch (witness.kind) {
    case "gateway":
      return witness.address === undefined ? "gateway" : `gateway ${witness.address}`;
    case "neighbours":
      return "neighbours";
    case "tcp":
    case "udp": {
      const host = witness.address.includes(":") ? `[${witness.address}]` : witness.address;
      return `${witness.kind} ${host}:${witness.port}`;
    }
  }
}

function options(instance: ResolvedInstance): string[] {
  const { transport } = instance;
  const group = instance.family === "ipv4" ? "group4" : "group6";
  const usual = instance.family === "ipv4" ? "224.0.0.18" : "ff02::12";
  return [
    ...(instance.nopreempt ? ["nopreempt"] : []),
    ...(instance.preemptDelayMs === undefined ? [] : [`preempt_delay ${seconds(instance.preemptDelayMs)}`]),
    ...(transport.kind === "multicast" && transport[group] !== usual
      ? [`mcast_dst_ip ${transport[group]}`]
      : []),
    ...(instance.mail ? ["smtp_alert"] : []),
  ];
}

/** Both sides of a unicast pair come from the same two nodes, so they always fit together; others come behind. */
function peer(pair: ResolvedPair, node: ResolvedNode, instance: ResolvedInstance): object | null {
  if (instance.transport.kind !== "unicast") return null;
  const other = pair.nodes.find((candidate) => candidate.name !== node.name) ?? node;
  return {
    source: advertAddress(node, instance),
    addresses: [advertAddress(other, instance), ...furtherPeers(instance)],
  };
}

/** Routers beside the two nodes that take part in the election, as far as they are of the adverts' family. */
export function furtherPeers({ transport, family }: ResolvedInstance): readonly string[] {
  if (transport.kind !== "unicast") return [];
  return transport.peers.filter((peer) => peer.includes(":") === (family === "ipv6"));
}

/** The node's own address on the interface of the adverts, of their family. */
export function advertAddress(node: ResolvedNode, instance: ResolvedInstance): string {
  const own = instance.interface ?? node.interface;
  const found = node.addresses.find(
    (candidate) => candidate.interface === own && candidate.address.address.family === instance.family,
  );
  if (found === undefined) throw new RangeError(`${node.name} has no ${instance.family} address on ${own}`);
  return found.address.address.text;
}

function vipLine(vip: ResolvedVip, own: string): string {
  const label = vip.label === undefined ? "" : ` label ${vip.label}`;
  return `${vip.address.text} dev ${vip.interface ?? own}${label}`;
}

function weightWord(weight: number): string {
  return weight === 0 ? "" : ` weight ${weight}`;
}

function notifyLines(notify: ResolvedNotify): string[] {
  const words = {
    master: "notify_master",
    backup: "notify_backup",
    fault: "notify_fault",
    stop: "notify_stop",
    any: "notify",
  };
  return Object.entries(words).flatMap(([key, word]) => {
    const script = notify[key as keyof typeof words];
    return script === undefined ? [] : [`${word} "${script}"`];
  });
}

/** Handlebars takes an empty list for true in no helper of ours; null makes the intent plain. */
function nonEmpty<T>(list: readonly T[]): readonly T[] | null {
  return list.length === 0 ? null : list;
}
