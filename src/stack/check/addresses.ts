import { formatPath, type Problem } from "../../diagnostics/index.ts";
import { type IpInterface, inSubnet, parseInterface } from "../schema/address.ts";
import type { NodeData, PairData, StackData, VrrpInstanceData } from "../schema/stack.ts";
import { error, type Path, repeated, warning } from "./report.ts";

interface PlacedVip {
  readonly vip: IpInterface;
  /** Interface by node, in the order of the pair's nodes. */
  readonly interfaces: readonly string[];
  readonly path: Path;
}

/** Where virtual addresses lie, and that no address is used for two things. */
export function checkAddresses(stack: StackData): Problem[] {
  const vips = stack.pairs.flatMap((pair, i) => pairVips(pair, ["pairs", i]));
  const hosts = stack.pairs.flatMap((pair, i) =>
    pair.nodes.flatMap((node, j) =>
      nodeAddresses(node).map(({ address }) => ({
        address,
        node: node.name,
        path: ["pairs", i, "nodes", j] as Path,
      })),
    ),
  );
  return [
    ...repeated(vips, ({ vip }) => vip.address.text).map(({ item, first }) =>
      error("STACK_VIP_TWICE", item.path, `virtual address ${item.vip.address.text} stands here again`, {
        why: `${formatPath(vips[first]?.path ?? [])} has it too: two groups would fight over it`,
        hint: "give each virtual address to one instance",
      }),
    ),
    ...repeated(hosts, ({ address }) => address.address.text).map(({ item, first }) =>
      error(
        "STACK_HOST_ADDRESS_TWICE",
        [...item.path, "interfaceAddress"],
        `${item.node} has the address ${item.address.address.text}`,
        {
          why: `${hosts[first]?.node} has it too`,
          hint: "write each host's own address",
        },
      ),
    ),
    ...vips.flatMap(({ vip, path }) => {
      const owner = hosts.find(({ address }) => address.address.text === vip.address.text);
      return owner === undefined ? [] : [isHostAddress(vip, owner.node, path)];
    }),
    ...stack.pairs.flatMap((pair, i) => checkPair(pair, ["pairs", i])),
  ];
}

function isHostAddress(vip: IpInterface, node: string, path: Path): Problem {
  return error(
    "STACK_VIP_IS_HOST_ADDRESS",
    path,
    `virtual address ${vip.address.text} is the own address of ${node}`,
    {
      why: "it would be on two hosts as soon as the other one is master",
      hint: "take an address that no host has",
    },
  );
}

/** All addresses of a node with their interfaces. */
export function nodeAddresses(node: NodeData): { interface: string; address: IpInterface }[] {
  const all = [
    { interface: node.interface, address: node.interfaceAddress },
    ...node.extraAddresses.map((extra) => ({
      interface: extra.interface ?? node.interface,
      address: extra.address,
    })),
  ];
  return all.flatMap((entry) => {
    const address = parseInterface(entry.address);
    return address === undefined ? [] : [{ interface: entry.interface, address }];
  });
}

function pairVips(pair: PairData, path: Path): PlacedVip[] {
  return pair.vrrpInstances.flatMap((instance, i) =>
    (["vips", "excludedVips"] as const).flatMap((list) =>
      instance[list].flatMap((entry, j) => {
        const vip = parseInterface(entry.address);
        const interfaces = pair.nodes.map((node) => entry.interface ?? instance.interface ?? node.interface);
        return vip === undefined
          ? []
          : [{ vip, interfaces, path: [...path, "vrrpInstances", i, list, j, "address"] }];
      }),
    ),
  );
}

function checkPair(pair: PairData, path: Path): Problem[] {
  return [
    ...pairVips(pair, path).flatMap((placed) => subnetProblems(pair, placed)),
    ...pair.vrrpInstances.flatMap((instance, i) =>
      sourceProblems(pair, instance, [...path, "vrrpInstances", i]),
    ),
  ];
}

/** The VIP must lie in a subnet that both nodes have on the interface which carries it. */
function subnetProblems(pair: PairData, { vip, interfaces, path }: PlacedVip): Problem[] {
  if (isLinkLocal(vip)) return [];
  const outside = pair.nodes.filter((node, n) => {
    const own = nodeAddresses(node).filter((entry) => entry.interface === interfaces[n]);
    return !own.some((entry) => inSubnet(vip.address, entry.address));
  });
  const [node] = outside;
  if (node !== undefined) {
    const own = nodeAddresses(node).filter(
      (entry) => entry.interface === interfaces[pair.nodes.indexOf(node)],
    );
    const subnets = own.map((entry) => entry.address.text).join(", ") || "no address";
    return [
      error("STACK_VIP_OUTSIDE_SUBNET", path, `virtual address ${vip.text} is in no subnet of ${node.name}`, {
        why: `${node.name} has ${subnets} on ${interfaces[pair.nodes.indexOf(node)]}; neighbours there would not look for it`,
        hint: "take an address of that subnet, or name the subnet in extraAddresses of both nodes",
      }),
    ];
  }
  return [...prefixProblems(pair, vip, path), ...edgeProblems(vip, path)];
}

function prefixProblems(pair: PairData, vip: IpInterface, path: Path): Problem[] {
  const full = vip.address.bytes.length * 8;
  const around = pair.nodes
    .flatMap(nodeAddresses)
    .map((entry) => entry.address)
    .filter((address) => inSubnet(vip.address, address));
  if (vip.prefix === full || around.some((address) => address.prefix === vip.prefix)) return [];
  return [
    warning(
      "STACK_VIP_PREFIX_DIFFERS",
      path,
      `virtual address ${vip.text} has another prefix length than its subnet`,
      {
        why: "the host would get a second route for the subnet while it is master",
        hint: `write /${around[0]?.prefix} or /${full}`,
      },
    ),
  ];
}

/** First and last address of an IPv4 subnet are no hosts. */
function edgeProblems(vip: IpInterface, path: Path): Problem[] {
  if (vip.address.family !== "ipv4" || vip.prefix > 30) return [];
  const number = vip.address.bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  const host = number % 2 ** (32 - vip.prefix);
  if (host !== 0 && host !== 2 ** (32 - vip.prefix) - 1) return [];
  return [
    error(
      "STACK_VIP_OUTSIDE_SUBNET",
      path,
      `${vip.text} is the ${host === 0 ? "network" : "broadcast"} address of its subnet`,
      {
        hint: "take a host address",
      },
    ),
  ];
}

export function isLinkLocal(vip: IpInterface): boolean {
  const [a = 0, b = 0] = vip.address.bytes;
  return vip.address.family === "ipv6" && a === 0xfe && (b & 0xc0) === 0x80;
}

/** Unicast adverts, and IPv4 ones at all, need an own address of their family on the interface. */
function sourceProblems(pair: PairData, instance: VrrpInstanceData, path: Path): Problem[] {
  const family = parseInterface(instance.vips[0]?.address ?? "")?.address.family;
  const unicast = (instance.transport ?? pair.vrrp.transport).kind === "unicast";
  if (family === undefined || (family === "ipv6" && !unicast)) return [];
  return pair.nodes.flatMap((node) => {
    const on = instance.interface ?? node.interface;
    const has = nodeAddresses(node).some(
      (entry) => entry.interface === on && entry.address.address.family === family,
    );
    if (has) return [];
    return [
      error(
        "STACK_NO_SOURCE_ADDRESS",
        path,
        `${node.name} has no ${family === "ipv4" ? "IPv4" : "IPv6"} address on ${on}`,
        {
          why: `adverts of ${JSON.stringify(instance.name)} need one as their source`,
          hint: `name it in extraAddresses of ${node.name}`,
        },
      ),
    ];
  });
}
