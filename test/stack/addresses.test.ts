import { expect, test } from "vitest";
import { found, instanceWith, pairWith, samplePair, sampleStack } from "./sample.ts";

const vip = (address: string) => instanceWith({ vips: [{ address }] }, { frontends: [], backends: [] });
const at = "pairs.0.vrrpInstances.0.vips.0.address";

test("a virtual address must lie in a subnet of the interface on both nodes", () => {
  expect(found(vip("10.0.1.100/24"))).toEqual([`${at} STACK_VIP_OUTSIDE_SUBNET`]);
  expect(found(vip("10.0.0.100/24"))).toEqual([]);
  expect(found(vip("10.0.0.100/32"))).toEqual([]);
});

test("a second subnet of both nodes carries virtual addresses too, on one node it does not", () => {
  const [a, b] = samplePair().nodes;
  const extra = (n: number) => [{ address: `10.0.1.${n}/24` }];
  const vips = [{ name: "VI_1", virtualRouterId: 51, master: "lb-a", vips: [{ address: "10.0.1.100/24" }] }];
  const plain = { vrrpInstances: vips, frontends: [], backends: [] };
  const both = pairWith({
    ...plain,
    nodes: [
      { ...a, extraAddresses: extra(11) },
      { ...b, extraAddresses: extra(12) },
    ],
  });
  expect(found(sampleStack(both))).toEqual([]);
  expect(found(sampleStack(pairWith({ ...plain, nodes: [{ ...a, extraAddresses: extra(11) }, b] })))).toEqual(
    [`${at} STACK_VIP_OUTSIDE_SUBNET`],
  );
});

test("network and broadcast addresses, other prefixes and host addresses are told apart", () => {
  expect(found(vip("10.0.0.0/24"))).toEqual([`${at} STACK_VIP_OUTSIDE_SUBNET`]);
  expect(found(vip("10.0.0.255/24"))).toEqual([`${at} STACK_VIP_OUTSIDE_SUBNET`]);
  expect(found(vip("10.0.0.100/16"))).toEqual([`${at} STACK_VIP_PREFIX_DIFFERS`]);
  expect(found(vip("10.0.0.11/24"))).toEqual([`${at} STACK_VIP_IS_HOST_ADDRESS`]);
});

test("an address belongs to one instance, a host address to one host", () => {
  expect(found(instanceWith({ excludedVips: [{ address: "10.0.0.100/24" }] }))).toEqual([
    "pairs.0.vrrpInstances.0.excludedVips.0.address STACK_VIP_TWICE",
  ]);
  const [a, b] = samplePair().nodes;
  expect(found(sampleStack(pairWith({ nodes: [a, { ...b, interfaceAddress: "10.0.0.11/24" }] })))).toEqual([
    "pairs.0.nodes.1.interfaceAddress STACK_HOST_ADDRESS_TWICE",
  ]);
});

test("IPv6 needs version 3, warns without a link-local address, and never mixes with IPv4", () => {
  const [a, b] = samplePair().nodes;
  const nodes = pairWith({
    nodes: [
      { ...a, extraAddresses: [{ address: "2001:db8::11/64" }] },
      { ...b, extraAddresses: [{ address: "2001:db8::12/64" }] },
    ],
    frontends: [],
    backends: [],
  });
  const six = (version: 2 | 3, ...vips: string[]) =>
    instanceWith({ version, vips: vips.map((address) => ({ address })) }, { ...nodes });
  expect(found(six(3, "fe80::100/64", "2001:db8::100/64"))).toEqual([]);
  expect(found(six(3, "2001:db8::100/64"))).toEqual([`${at} STACK_IPV6_LINK_LOCAL_FIRST`]);
  expect(found(six(2, "fe80::100/64"))).toEqual([
    "pairs.0.vrrpInstances.0.version STACK_IPV6_NEEDS_VERSION_3",
  ]);
  expect(found(six(3, "10.0.0.100/24", "2001:db8::100/64"))).toEqual([
    "pairs.0.vrrpInstances.0.vips.1.address STACK_VIP_FAMILIES_MIXED",
  ]);
});

test("unicast adverts need an own address of their family on both nodes", () => {
  expect(
    found(
      instanceWith({
        interface: "eth1",
        transport: { kind: "unicast" },
        vips: [{ address: "10.0.0.100/24", interface: "eth0" }],
      }),
    ),
  ).toEqual([
    "pairs.0.vrrpInstances.0 STACK_NO_SOURCE_ADDRESS",
    "pairs.0.vrrpInstances.0 STACK_NO_SOURCE_ADDRESS",
  ]);
});

test("a virtual router id is unique on a segment across pairs, unless groups or subnets keep them apart", () => {
  const second = (n: number, net: number, group?: string) => {
    const pair = pairWith({ name: "other", frontends: [], backends: [] });
    const host = (name: string, last: number) => ({
      name,
      address: `10.0.${net}.${last}`,
      interface: "eth0",
      interfaceAddress: `10.0.${net}.${last}/24`,
    });
    return {
      ...pair,
      nodes: [host("lb-c", 13), host("lb-d", 14)] as typeof pair.nodes,
      vrrpInstances: [
        {
          name: "VI_2",
          virtualRouterId: n,
          master: "lb-c",
          vips: [{ address: `10.0.${net}.200/24` }],
          ...(group === undefined ? {} : { transport: { kind: "multicast" as const, group4: group } }),
        },
      ],
    };
  };
  expect(found(sampleStack(samplePair(), second(51, 0)))).toEqual([
    "pairs.1.vrrpInstances.0.virtualRouterId STACK_VRID_TWICE",
  ]);
  expect(found(sampleStack(samplePair(), second(52, 0)))).toEqual([]);
  expect(found(sampleStack(samplePair(), second(51, 9)))).toEqual([]);
  expect(found(sampleStack(samplePair(), second(51, 0, "224.0.0.77")))).toEqual([]);
});
