import { expect, test } from "vitest";
import { defaultHosts, planLab } from "../../lab/plan.ts";
import { overlaps } from "../../lab/state/subnet.ts";

const plan = (hosts = defaultHosts) =>
  planLab({ name: "t", id: "0a1b2", subnet: [214, 7], opsPassword: "secret", hosts });

test("hosts get addresses by their role, and none of those that are free for virtual addresses", () => {
  const { hosts, vips, vips6 } = plan();
  expect(hosts.map(({ name, address }) => `${name} ${address}`)).toEqual([
    "lb-a 10.214.7.11",
    "lb-b 10.214.7.12",
    "web-1 10.214.7.21",
    "web-2 10.214.7.22",
    "client 10.214.7.61",
  ]);
  const taken = new Set(hosts.flatMap(({ address, address6 }) => [address, address6]));
  expect([...vips, ...vips6].filter((address) => taken.has(address))).toEqual([]);
  expect([vips[0], vips.at(-1)]).toEqual(["10.214.7.100", "10.214.7.120"]);
});

test("interface names fit the kernel's limit of 15 characters and carry the lab's id", () => {
  const { bridge, hosts } = plan();
  for (const name of [bridge, ...hosts.map((host) => host.port)]) {
    expect(name).toContain("0a1b2");
    expect(name.length).toBeLessThanOrEqual(15);
  }
});

test("a host name that is used twice, or that a shell or a file would misread, is refused", () => {
  const named = (...names: readonly string[]) => names.map((name) => ({ name, role: "lb" }) as const);
  expect(() => plan(named("a", "a"))).toThrow("host name a is used twice");
  expect(() => plan(named("../etc"))).toThrow('host name "../etc"');
  expect(() => plan(named(...Array.from({ length: 21 }, (_, n) => `lb-${n}`)))).toThrow(
    "at most 20 hosts of role lb",
  );
});

test("a subnet collides with networks inside it, around it and equal to it, and with no other", () => {
  for (const network of ["10.214.7.0/24", "10.214.0.0/16", "10.0.0.0/8", "10.214.7.9", "10.214.7.128/25"]) {
    expect(overlaps(network, [214, 7])).toBe(true);
  }
  for (const network of ["10.214.8.0/24", "10.215.0.0/16", "192.168.0.0/16", "10.214.6.255"]) {
    expect(overlaps(network, [214, 7])).toBe(false);
  }
});
