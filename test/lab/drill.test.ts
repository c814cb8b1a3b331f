import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, setupOf } from "../../lab/index.ts";
import { defaultHosts } from "../../lab/plan.ts";
import { tandemd } from "../../lab/setup/paths.ts";
import { type Host, openHost } from "../../src/host/index.ts";
import { binaryRef } from "../../src/provider/sdk/binary.ts";
import { drillPlans } from "../../src/provider/sdk/drill-plan.ts";
import { render } from "../../src/render/index.ts";
import { parseStack } from "../../src/stack/index.ts";
import {
  type DrillResult,
  deafness,
  type FaultKind,
  observeRoles,
  provedHearing,
  runDrill,
} from "../../src/verify/index.ts";
import { waitFor } from "../../src/verify/wait.ts";
import { defineLabStack } from "../../stacks/lab/setup.ts";
import { rootOf } from "./connection.ts";

// Faults on real hosts, each with the promise that the host is whole again afterwards.
let lab: Lab;
let hosts: Host[];
let engine: "tandemd" | "distro";

function pair() {
  const [only] = parseStack(
    defineLabStack({ ...setupOf(lab), engine, drill: { faults: ["kill"], maxOutage: "1s", when: "create" } }),
  ).pairs;
  if (only === undefined) throw new Error("the lab's stack has a pair");
  return only;
}

function drill(fault: FaultKind, from?: string): Promise<DrillResult> {
  const [plan] = drillPlans(pair());
  if (plan === undefined) throw new Error("the pair has a drill");
  return runDrill({
    pair: "web",
    instance: plan.instance,
    hosts,
    fault,
    probe: { ...plan.probe, ...(from === undefined ? {} : { from: rootOf(lab, from) }) },
    maxOutageMs: plan.maxOutageMs,
    preempts: plan.preempts,
    preemptDelayMs: plan.preemptDelayMs,
    signal: AbortSignal.timeout(180_000),
  });
}

const detail = (result: DrillResult): string =>
  result.samples
    .filter((sample) => !sample.ok)
    .map((sample) => `${sample.sentAt.toFixed(0)} ms: ${sample.detail}`)
    .join("\n");

const addresses = async (name: string): Promise<string[]> => {
  const shown = await lab.exec(name, ["ip", "-o", "address", "show", "dev", lab.host(name).interface]);
  return shown.stdout
    .split("\n")
    .map((line) => line.replace(/.*(inet6? \S+).*/, "$1"))
    .filter((line) => line !== "")
    .sort();
};
const routes = async (name: string): Promise<string> => (await lab.exec(name, ["ip", "route"])).stdout;

describe.each(["tandemd", "distro"] as const)("a drill on real hosts, with %s", (runs) => {
  beforeAll(async () => {
    engine = runs;
    // The packages are on the hosts of one role only.
    const role = engine === "distro" ? "debian-lb" : "lb";
    lab = await createLab({
      hosts: defaultHosts.map((host) => (host.role === "lb" ? { ...host, role } : host)),
    });
    hosts = ["lb-b", "lb-a"].map((name) => openHost(rootOf(lab, name)));
    for (const host of hosts) {
      const release = render(pair(), host.name, binaryRef("/", tandemd));
      await host.apply(release, { secrets: {}, binaryPath: tandemd, owner: "drill test" });
    }
  });

  afterAll(async () => {
    await Promise.all((hosts ?? []).map((host) => host.close()));
    await lab?.down();
  });

  it.each(["handover", "kill", "stop", "linkDown"] as const)(
    "measures what a client sees of %s, and leaves the pair as it was",
    async (fault) => {
      const before = { addresses: await addresses("lb-a"), routes: await routes("lb-a") };
      const result = await drill(fault, "client");
      expect(result.failures, JSON.stringify(result.timeline, null, 1)).toEqual([]);
      expect(result).toMatchObject({ masterBefore: "lb-a", masterAfter: "lb-b", passed: true });
      expect(result.failback.happened).toBe(true);
      expect(result.requests).toBeGreaterThan(100);
      expect(result.outageMs).toBeGreaterThan(0);
      // It may cut the request that is under way when the address leaves, and when it comes back. keepalived hands
      // over by falling silent: what that may cost is the drill's wish.
      if (fault === "handover" && runs === "tandemd")
        expect(result.lost, detail(result)).toBeLessThanOrEqual(2);
      const roles = await observeRoles(hosts);
      expect(roles.map(({ node, daemon }) => [node, daemon?.vrrp?.instances[0]?.state])).toEqual([
        ["lb-b", "BACKUP"],
        ["lb-a", "MASTER"],
      ]);
      // Who handed over counts by its own priority again.
      for (const { daemon } of roles) {
        const [instance] = daemon?.vrrp?.instances ?? [];
        expect(instance?.effectivePriority).toBe(instance?.priority);
      }
      expect({ addresses: await addresses("lb-a"), routes: await routes("lb-a") }).toEqual(before);
      const units = await lab.exec("lb-a", [
        "systemctl",
        "list-units",
        "--all",
        "--no-legend",
        "tandem-drill*",
      ]);
      expect(units.stdout).toBe("");
      console.log(
        `${fault}: ${result.outageMs.toFixed(0)} ms, ${result.lost}/${result.requests}, back ${result.failback.outageMs.toFixed(0)} ms`,
      );
    },
  );

  it("names the node that adverts do not reach, and is content when they do again", async () => {
    const heard = (deadlineMs: number) =>
      provedHearing(hosts, { deadlineMs, signal: AbortSignal.timeout(60_000) });
    expect(deafness(await heard(20_000))).toEqual([]);
    const filter =
      "table inet deaf { chain input { type filter hook input priority -20; meta l4proto 112 drop; }; }";
    await lab.exec("lb-b", ["nft", filter]);
    try {
      const { signal } = new AbortController();
      const deaf = async () => deafness(await heard(200)).map(({ message }) => message);
      const found = await waitFor(
        async () =>
          (await deaf()).some((text) => text.startsWith("lb-b does not hear lb-a")) ? true : undefined,
        { deadlineMs: 20_000, signal },
      );
      expect(found.met, (await deaf()).join("\n")).toBe(true);
    } finally {
      await lab.exec("lb-b", ["nft", "delete", "table", "inet", "deaf"]);
    }
    expect(deafness(await heard(20_000))).toEqual([]);
  });

  it("injects nothing into a pair that cannot fail over", async (context) => {
    if (runs !== "tandemd") return context.skip("waits half a minute for the same as with tandemd");
    await lab.exec("lb-b", ["systemctl", "stop", "tandem.service"]);
    try {
      await expect(drill("kill")).rejects.toThrow(/VERIFY_PAIR_NOT_READY.*lb-b does not answer/s);
      expect((await observeRoles(hosts))[1]?.daemon?.vrrp?.instances[0]?.state).toBe("MASTER");
    } finally {
      await lab.exec("lb-b", ["systemctl", "start", "tandem.service"]);
    }
  });
});
