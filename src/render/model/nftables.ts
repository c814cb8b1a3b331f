import type { ResolvedInstance, ResolvedNode, ResolvedPair } from "../../stack/index.ts";
import { furtherPeers } from "./keepalived.ts";
import { tableRules } from "./shared-tables.ts";

/**
 * Rules that drop what strangers say to the port of shared tables, and adverts which come neither from the other
 * node nor from a further peer. VRRP is IP protocol 112; its
 * authentication header (AH, protocol 51) is looked at only where it is addressed to the group,
 * as it is IPsec otherwise. Multicast adverts carry TTL 255, so nothing routed passes
 * (RFC 5798 section 5.1.1.3).
 */
export function nftablesRules(pair: ResolvedPair, node: ResolvedNode): string[] | null {
  const open = pair.firewall.vrrp === "open";
  if (open && pair.sharedTables === undefined) return null;
  const other = pair.nodes.find((candidate) => candidate.name !== node.name) ?? node;
  const rules = open ? [] : pair.instances.flatMap((instance) => instanceRules(node, other, instance));
  return [...new Set([...rules, ...tableRules(pair, node)])];
}

function instanceRules(node: ResolvedNode, other: ResolvedNode, instance: ResolvedInstance): string[] {
  const own = instance.interface ?? node.interface;
  const inbound = `iifname "${own}"`;
  const [ip, ttl] = instance.family === "ipv4" ? ["ip", "ip ttl"] : ["ip6", "ip6 hoplimit"];
  const sources = peerSources(other, instance);
  const strangers = `${ip} saddr != ${sources.length === 1 ? sources[0] : `{ ${sources.join(", ")} }`}`;
  const vrrp = `${inbound} meta nfproto ${instance.family} meta l4proto 112`;
  const rules = [`${vrrp} ${strangers} drop`];
  if (instance.transport.kind === "unicast") return rules;
  const group = instance.family === "ipv4" ? instance.transport.group4 : instance.transport.group6;
  rules.push(`${vrrp} ${ip} daddr ${group} ${ttl} != 255 drop`);
  if (instance.authentication.kind === "AH") {
    rules.push(`${inbound} meta l4proto 51 ${ip} daddr ${group} ${strangers} drop`);
  }
  return rules;
}

/** Where adverts of the other node may come from: IPv6 multicast uses its link-local address, whatever it is. */
function peerSources(other: ResolvedNode, instance: ResolvedInstance): string[] {
  const own = instance.interface ?? other.interface;
  const addresses = other.addresses
    .filter(
      (candidate) => candidate.interface === own && candidate.address.address.family === instance.family,
    )
    .map((candidate) => candidate.address.address.text);
  if (instance.transport.kind === "unicast") return [...addresses, ...furtherPeers(instance)];
  if (instance.family === "ipv4") return addresses;
  return ["fe80::/10", ...addresses];
}
