import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, setupOf } from "../../lab/index.ts";
import { tandemd } from "../../lab/setup/paths.ts";
import { type Host, openHost } from "../../src/host/index.ts";
import { binaryRef } from "../../src/provider/sdk/binary.ts";
import { drillPlans } from "../../src/provider/sdk/drill-plan.ts";
import { render } from "../../src/render/index.ts";
import { parseStack } from "../../src/stack/index.ts";
import { type FaultKind, observeRoles, runDrill } from "../../src/verify/index.ts";
import { waitFor } from "../../src/verify/wait.ts";
import { defineLabStack } from "../../stacks/lab/setup.ts";
import { rootOf } from "./connection.ts";

// Two groups of two virtual addresses each on one pair: every host is master of one address of each
// group and backup of the other.
let lab: Lab;
let hosts: Host[];

const masters = { VI_A1: "lb-a", VI_A2: "lb-b", VI_B1: "lb-a", VI_B2: "lb-b" };
type Instance = keyof typeof masters;
const names = Object.keys(masters) as Instance[];
const address = (name: Instance): string => {
  const vip = lab.vips[names.indexOf(name)];
  if (vip === undefined) throw new Error(`the lab has no address for ${name}`);
  return vip;
};

function pair() {
  const setup = setupOf(lab);
  const length = setup.vip.split("/")[1];
  const input = defineLabStack({
    ...setup,
    drill: { faults: ["handover"], maxOutage: "1s", when: "create" },
  });
  const [only] = parseStack({
    ...input,
    pairs: input.pairs.map((one) => ({
      ...one,
      vrrpInstances: names.map((name, index) => ({
        name,
        virtualRouterId: 61 + index,
        master: masters[name],
        vips: [{ address: `${address(name)}/${length}` }],
      })),
      frontends: one.frontends?.map((frontend) => ({
        ...frontend,
        binds: names.map((name) => ({ address: address(name), port: 80 })),
      })),
    })),
  }).pairs;
  if (only === undefined) throw new Error("the lab's stack has a pair");
  return only;
}

/** Who is master of each instance. */
async function served(): Promise<Record<string, string[]>> {
  const roles = await observeRoles(hosts);
  const mastersOf = (name: string) =>
    roles
      .filter(({ daemon }) =>
        daemon?.vrrp?.instances.some((one) => one.name === name && one.state === "MASTER"),
      )
      .map(({ node }) => node);
  return Object.fromEntries(names.map((name) => [name, mastersOf(name)]));
}
/** How often the instances of a host have changed their state. */
async function transitions(name: string): Promise<Record<string, number>> {
  const roles = await observeRoles(hosts.filter((host) => host.name === name));
  const instances = roles[0]?.daemon?.vrrp?.instances ?? [];
  return Object.fromEntries(instances.map((one) => [one.name, one.transitions]));
}
/** Waits until each instance has the master of the definition: preemption takes a moment. */
async function settled(): Promise<void> {
  const { signal } = new AbortController();
  const asWished = async () => (isDeepStrictEqual(await served(), asDefined) ? true : undefined);
  await waitFor(asWished, { deadlineMs: 30_000, signal });
  expect(await served()).toEqual(asDefined);
}
const asDefined = Object.fromEntries(names.map((name) => [name, [masters[name]]]));

function drill(instance: Instance, fault: FaultKind) {
  const plan = drillPlans(pair()).find((one) => one.instance === instance);
  if (plan === undefined) throw new Error(`there is no drill of ${instance}`);
  return runDrill({
    pair: "web",
    instance,
    hosts,
    fault,
    probe: { ...plan.probe, from: rootOf(lab, "client") },
    maxOutageMs: plan.maxOutageMs,
    preempts: plan.preempts,
    preemptDelayMs: plan.preemptDelayMs,
    signal: AbortSignal.timeout(180_000),
  });
}

beforeAll(async () => {
  lab = await createLab();
  hosts = ["lb-b", "lb-a"].map((name) => openHost(rootOf(lab, name)));
  for (const host of hosts) {
    const release = render(pair(), host.name, binaryRef("/", tandemd));
    await host.apply(release, { secrets: {}, binaryPath: tandemd, owner: "test of groups" });
  }
});

afterAll(async () => {
  await Promise.all((hosts ?? []).map((host) => host.close()));
  await lab?.down();
});

describe("two groups of two addresses on one pair", () => {
  it("has each host serve its own addresses, and a client of one name reach both", async () => {
    await settled();
    for (const name of names) {
      const resolved = `www.example.test:80:${address(name)}`;
      const asked = ["curl", "-sS", "--max-time", "5", "--resolve", resolved, "http://www.example.test/"];
      expect((await lab.exec("client", asked)).stdout, name).toContain("web-");
    }
  });

  it("moves the addresses of one host and leaves those of the other where they are", async () => {
    const before = await transitions("lb-b");
    const result = await drill("VI_A1", "handover");
    expect(result.failures, JSON.stringify(result.timeline, null, 1)).toEqual([]);
    expect(result).toMatchObject({ masterBefore: "lb-a", masterAfter: "lb-b", passed: true });
    await settled();
    const after = await transitions("lb-b");
    const moved = names.filter((name) => after[name] !== before[name]);
    expect(moved).toEqual(["VI_A1", "VI_B1"]);
  });

  it("has one host serve all four while the other is dead, and share them again afterwards", async () => {
    const result = await drill("VI_A2", "kill");
    expect(result.failures, JSON.stringify(result.timeline, null, 1)).toEqual([]);
    expect(result).toMatchObject({ masterBefore: "lb-b", masterAfter: "lb-a", passed: true });
    await settled();
  });
});
