import type { ResolvedNode, ResolvedPair } from "../../stack/index.ts";

/**
 * Kernel parameters of a node, dotted as in sysctl(8), in the order in which they must be set:
 * a change of ip_forward puts other parameters back to their defaults, so it comes first.
 */
export function nodeSysctls(pair: ResolvedPair, node: ResolvedNode): Readonly<Record<string, string>> {
  const { kernel } = pair;
  const redirects = flag(kernel.sendRedirects);
  const own: Record<string, string> = { "net.ipv4.ip_forward": flag(kernel.forwarding) };
  if (usesIpv6(pair)) own["net.ipv6.conf.all.forwarding"] = flag(kernel.forwarding);
  own["net.ipv4.ip_nonlocal_bind"] = flag(kernel.nonlocalBind);
  if (usesIpv6(pair)) own["net.ipv6.ip_nonlocal_bind"] = flag(kernel.nonlocalBind);
  own["net.ipv4.conf.all.arp_ignore"] = String(kernel.arpIgnore);
  own["net.ipv4.conf.all.arp_announce"] = String(kernel.arpAnnounce);
  own["net.ipv4.conf.all.send_redirects"] = redirects;
  own["net.ipv4.conf.default.send_redirects"] = redirects;
  // The kernel sends redirects when either "all" or the interface says so.
  for (const name of vrrpInterfaces(pair, node))
    own[`net.ipv4.conf.${sysctlWord(name)}.send_redirects`] = redirects;
  return { ...own, ...pair.sysctls };
}

/** Interfaces that carry adverts or virtual addresses of the node, without repetition. */
export function vrrpInterfaces(pair: ResolvedPair, node: ResolvedNode): readonly string[] {
  const names = pair.instances.flatMap((instance) => {
    const own = instance.interface ?? node.interface;
    return [own, ...[...instance.vips, ...instance.excludedVips].map((vip) => vip.interface ?? own)];
  });
  return [...new Set(names)];
}

/** A name with dots inside a dotted key: sysctl(8) wants its dots as slashes (eth0.10 is eth0/10). */
function sysctlWord(name: string): string {
  return name.replaceAll(".", "/");
}

/** Path below /proc/sys of a dotted key: dots part directories, slashes stand for dots. */
export function sysctlPath(key: string): string {
  return [...key].map((c) => (c === "." ? "/" : c === "/" ? "." : c)).join("");
}

function usesIpv6(pair: ResolvedPair): boolean {
  const vips = pair.instances.flatMap((instance) => [...instance.vips, ...instance.excludedVips]);
  const binds = pair.frontends.flatMap((frontend) => frontend.binds);
  return (
    vips.some((vip) => vip.address.address.family === "ipv6") ||
    binds.some(
      ({ address }) => address.kind === "any6" || (address.kind === "ip" && address.ip.family === "ipv6"),
    )
  );
}

function flag(value: boolean): string {
  return value ? "1" : "0";
}
