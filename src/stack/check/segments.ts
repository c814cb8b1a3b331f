import { formatPath, type Problem } from "../../diagnostics/index.ts";
import { familyOf } from "../resolve/instance.ts";
import { type IpInterface, subnetsOverlap } from "../schema/address.ts";
import type { PairData, StackData, VrrpInstanceData } from "../schema/stack.ts";
import { nodeAddresses } from "./addresses.ts";
import { error, type Path, warning } from "./report.ts";

interface Group {
  readonly id: number;
  readonly instance: string;
  readonly family: "ipv4" | "ipv6";
  /** What adverts are told apart by, besides the id: the multicast group, or the pair's own addresses. */
  readonly channel: string;
  readonly subnets: readonly IpInterface[];
  readonly path: Path;
}

/** The same virtual router id twice where adverts of both are heard, across all pairs of the stack. */
export function checkSegments(stack: StackData): Problem[] {
  const groups = groupsOf(stack);
  return groups.flatMap((group, index) => {
    const earlier = groups.slice(0, index).find((other) => collides(group, other));
    return earlier === undefined ? [] : [collision(group, earlier)];
  });
}

function groupsOf(stack: StackData): Group[] {
  return stack.pairs.flatMap((pair, i) =>
    pair.vrrpInstances.map((instance, j) => groupOf(pair, instance, ["pairs", i, "vrrpInstances", j])),
  );
}

/**
 * The same between two stacks: a warning, because equal subnets of two environments are often two
 * networks. A pair that stands in both, with the same hosts, is one group.
 */
export function foreignSegments(stack: StackData, other: StackData, name: string): Problem[] {
  const hosts = (group: Group) => group.subnets.map((subnet) => subnet.text).join(" ");
  const others = groupsOf(other);
  return groupsOf(stack).flatMap((group) => {
    const twin = others.find((candidate) => collides(group, candidate) && hosts(group) !== hosts(candidate));
    if (twin === undefined) return [];
    return [
      warning(
        "STACK_VRID_IN_OTHER_STACK",
        group.path,
        `virtual router id ${group.id} is that of ${JSON.stringify(twin.instance)} in ${name}, on an overlapping subnet`,
        {
          why: "where that is one segment, each group takes the other's adverts for its own",
          hint: "take an id that no other stack has, unless the two networks are apart",
        },
      ),
    ];
  });
}

function groupOf(pair: PairData, instance: VrrpInstanceData, path: Path): Group {
  const family = familyOf(instance);
  const transport = instance.transport ?? pair.vrrp.transport;
  return {
    id: instance.virtualRouterId,
    instance: instance.name,
    family,
    channel:
      transport.kind === "unicast"
        ? `unicast ${pair.name}`
        : family === "ipv4"
          ? transport.group4
          : transport.group6,
    subnets: pair.nodes.flatMap((node) =>
      nodeAddresses(node)
        .filter((entry) => entry.interface === (instance.interface ?? node.interface))
        .map((entry) => entry.address),
    ),
    path: [...path, "virtualRouterId"],
  };
}

function collides(a: Group, b: Group): boolean {
  const shared = a.subnets.some((one) => b.subnets.some((other) => subnetsOverlap(one, other)));
  return a.id === b.id && a.family === b.family && a.channel === b.channel && shared;
}

function collision(group: Group, earlier: Group): Problem {
  return error("STACK_VRID_TWICE", group.path, `virtual router id ${group.id} stands on this segment again`, {
    why: `${JSON.stringify(earlier.instance)} (${formatPath(earlier.path)}) has it too: each group would take the other's adverts for its own`,
    hint: "take an id from 1 to 255 that no other group on the segment has, or another multicast group",
  });
}
