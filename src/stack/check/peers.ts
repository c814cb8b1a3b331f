import { formatPath, type Problem } from "../../diagnostics/index.ts";
import { parseInterface, parseIp } from "../schema/address.ts";
import type { PairData, VrrpInstanceData } from "../schema/stack.ts";
import { nodeAddresses } from "./addresses.ts";
import { error, type Path } from "./report.ts";

type Transport = PairData["vrrp"]["transport"];

/** Further unicast peers are other routers: neither a node of the pair nor a virtual address. */
export function checkPeers(pair: PairData, path: Path): Problem[] {
  const own = pair.vrrpInstances.map(
    (instance, i) => [instance.transport, [...path, "vrrpInstances", i, "transport"]] as const,
  );
  const taken = addressesOf(pair, path);
  return [[pair.vrrp.transport, [...path, "vrrp", "transport"]] as const, ...own].flatMap(
    ([transport, at]) => (transport === undefined ? [] : peerProblems(transport, taken, at)),
  );
}

function peerProblems(transport: Transport, taken: ReadonlyMap<string, string>, path: Path): Problem[] {
  if (transport.kind !== "unicast") return [];
  return transport.peers.flatMap((peer, i) => {
    const whose = taken.get(parseIp(peer)?.text ?? "");
    if (whose === undefined) return [];
    return [
      error("STACK_PEER_IS_OWN", [...path, "peers", i], `${peer} is ${whose}`, {
        why: "the two nodes speak to each other anyway, and an advert to a virtual address comes back to the master",
        hint: "name other routers alone, or leave peers out",
      }),
    ];
  });
}

function addressesOf(pair: PairData, path: Path): ReadonlyMap<string, string> {
  const nodes = pair.nodes.flatMap((node) =>
    nodeAddresses(node).map(({ address }) => [address.address.text, `an address of ${node.name}`] as const),
  );
  const vips = pair.vrrpInstances.flatMap((instance: VrrpInstanceData, i) =>
    [...instance.vips, ...instance.excludedVips].flatMap(({ address }) => {
      const text = parseInterface(address)?.address.text;
      const where = formatPath([...path, "vrrpInstances", i]);
      return text === undefined ? [] : [[text, `a virtual address (${where})`] as const];
    }),
  );
  return new Map([...nodes, ...vips]);
}
