import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Provider } from "../../../src/provider/provider.ts";
import { type RunningServer, serve } from "../../../src/provider/server.ts";
import { FakeHosts } from "../../provider/fake-hosts.ts";
import { RolloutProject, type StageWish } from "./project.ts";

// The real Pulumi CLI and the Automation API on a file backend; the provider runs in this process
// with hosts in memory, so that they can refuse, be edited by hand, and tell what was done to them.
const hosts = new FakeHosts();
let provider: Provider;
let server: RunningServer;
let edge: RolloutProject;

const waves = `waves: [{ kind: "pairs", pairs: ["web-2"] }, { kind: "rest" }]`;
const stages: readonly StageWish[] = [
  { name: "dev", pairs: 1 },
  { name: "prod", pairs: 2, more: `${waves}, onFailure: "rollback"` },
];

const applies = () => hosts.calls.filter((call) => call.endsWith(" apply")).map((call) => call.slice(0, -6));

beforeAll(async () => {
  edge = new RolloutProject();
  const { TANDEM_BINARY } = edge.project.environment;
  provider = new Provider({ openHost: hosts.open, environment: { TANDEM_BINARY } });
  server = await serve(provider, "0.1.0");
  edge.project.environment.PULUMI_DEBUG_PROVIDERS = `tandem:${server.port}`;
});

afterAll(async () => {
  await server.stop();
  edge.project.remove();
});

// Some twenty updates: on a busy machine each of them takes its time.
describe("tandem rollout on real Pulumi", { timeout: 600_000 }, () => {
  it("tells what it would do, and touches nothing", async () => {
    edge.write(stages, 3);
    const { code, stdout } = await edge.run("plan", "--file", "rollout.ts");
    expect(code).toBe(2);
    expect(stdout).toMatch(/^dev release [0-9a-f]{16}: due$/m);
    expect(stdout).toMatch(/^prod release [0-9a-f]{16}: after the stage before has verified it$/m);
    expect(stdout).toContain("wave 1, 1 at a time: web-2");
    expect(hosts.calls).toEqual([]);
  });

  it("has nothing to end and nothing to go on with before there was a run", async () => {
    edge.write(stages, 3);
    for (const verb of ["abort", "resume"]) {
      const { code, stderr } = await edge.run(verb, "--file", "rollout.ts", "--yes");
      expect(code, stderr).toBe(64);
      expect(stderr).toContain("error[ROLLOUT_NOTHING_TO_RESUME]: no stage holds a run");
      expect(stderr).toContain("start one with `tandem rollout run`");
    }
    expect(hosts.calls).toEqual([]);
  });

  it("refuses a stage whose release the one before has not verified", async () => {
    const { code, stderr } = await edge.run("run", "--file", "rollout.ts", "--yes", "--stage", "prod");
    expect(code).toBe(1);
    expect(stderr).toContain("ROLLOUT_NOT_VERIFIED");
    expect(applies()).toEqual([]);
  });

  it("brings the release through the stages: backup first in a pair, the canary before the rest", async () => {
    const flags = ["--file", "rollout.ts", "--yes", "--json", "--log", "run.log", "--report", "run.html"];
    const { code, stdout, stderr } = await edge.run("run", ...flags);
    expect(code, stderr).toBe(0);
    expect(applies()).toEqual(["dev-b1", "dev-a1", "prod-b2", "prod-a2", "prod-b1", "prod-a1"]);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { kind: string; at: string });
    expect(events.at(-1)).toMatchObject({ kind: "end", outcome: "verified" });
    expect(events.filter(({ kind }) => kind === "wave")).toHaveLength(3);
    const log = readFileSync(join(edge.project.folder, "run.log"), "utf8");
    expect(log).toMatch(/^\S+Z prod: gate noDrift: passed: every host is as it was deployed$/m);
    expect(readFileSync(join(edge.project.folder, "run.html"), "utf8")).toContain("wave 2: web-1");
    const prod = await edge.record("prod");
    expect(prod.lock).toBeUndefined();
    expect(prod.verified?.pairs["web-1"]?.content).toBe(
      (await edge.record("dev")).verified?.pairs["web-1"]?.content,
    );
  });

  it("has nothing to do when it is run again", async () => {
    hosts.calls.length = 0;
    const { code, stderr } = await edge.run("run", "--file", "rollout.ts", "--yes");
    expect(code, stderr).toBe(0);
    expect(applies()).toEqual([]);
  });

  it("goes back to the verified release everywhere when a later pair fails, and proves it", async () => {
    hosts.calls.length = 0;
    edge.write(stages, 5);
    hosts.refuse.set("prod-b1", "haproxy.cfg:12: no such thing");
    const { code, stderr } = await edge.run("run", "--file", "rollout.ts", "--yes");
    expect(code, stderr).toBe(5);
    expect(stderr).toContain("haproxy.cfg:12: no such thing");
    hosts.refuse.clear();
    // The canary had the release and went back; what came after the failure was never touched.
    expect(applies()).toEqual(["dev-b1", "dev-a1", "prod-b2", "prod-a2", "prod-b2", "prod-a2"]);
    for (const node of ["prod-a1", "prod-b1", "prod-a2", "prod-b2"])
      expect(hosts.state(node).files.get("haproxy.cfg")).toContain("retries 3");
    const prod = await edge.record("prod");
    expect(prod.attempt).toMatchObject({ state: "rolledBack" });
    expect(prod.history[0]).toMatchObject({ outcome: "rolledBack" });
    expect(prod.lock).toBeUndefined();
  });

  it("goes on where it was when it is killed in the middle of a pair, and keeps others out until then", async () => {
    hosts.calls.length = 0;
    hosts.hang.add("prod-a2");
    const child = edge.start("run", "--file", "rollout.ts", "--yes");
    await child.said(/prod: wave 1: web-2/);
    await expect.poll(() => hosts.calls, { timeout: 300_000 }).toContain("prod-a2 apply");
    await child.kill();
    // A plugin of its own would be gone, and its change of the host given up.
    provider.cancel();
    hosts.hang.clear();
    const other = await edge.run("run", "--file", "rollout.ts", "--yes");
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(/ROLLOUT_LOCKED.*held by .* with run [0-9a-f]{12}, begun \d+ s ago/);
    const status = await edge.run("status", "--file", "rollout.ts");
    expect(status.stdout).toContain("tandem rollout resume | abort");
    const before = applies();
    expect(before).toEqual(["prod-b2", "prod-a2"]);
    hosts.calls.length = 0;
    const { code, stderr } = await edge.run("resume", "--file", "rollout.ts", "--yes");
    expect(code, stderr).toBe(0);
    // The node that had it is not asked again.
    expect(applies()).toEqual(["prod-a2", "prod-b1", "prod-a1"]);
    for (const node of ["prod-a1", "prod-b1", "prod-a2", "prod-b2"])
      expect(hosts.state(node).files.get("haproxy.cfg")).toContain("retries 5");
  });

  it("finds what was changed by hand before it calls a stage verified", async () => {
    edge.write(stages, 4);
    hosts.calls.length = 0;
    const state = hosts.state("prod-a1");
    // Somebody edits the host while the run is busy with the other stage.
    const edit = () => state.files.set("haproxy.cfg", `${state.files.get("haproxy.cfg")}# by hand\n`);
    edge.write(
      [
        { name: "dev", pairs: 1 },
        { name: "prod", pairs: 2, more: `gates: [{ kind: "approval" }, { kind: "noDrift" }]` },
      ],
      4,
    );
    expect((await edge.run("run", "--file", "rollout.ts", "--yes")).code).toBe(2);
    edit();
    const { code, stderr } = await edge.run("resume", "--file", "rollout.ts", "--yes", "--approve", "ann");
    expect(code).toBe(1);
    expect(stderr).toMatch(/prod: gate noDrift: failed: update web-1-prod-a1/);
    expect((await edge.record("prod")).verified?.gates).not.toContainEqual(
      expect.objectContaining({ detail: "approved by ann" }),
    );
  });

  it("keeps the executable of what is verified for the way back, and no second database", () => {
    const folder = join(edge.project.folder, ".tandem");
    expect(existsSync(folder) ? readdirSync(folder) : []).toEqual(["binaries"]);
    expect(readdirSync(join(folder, "binaries"))).toHaveLength(1);
  });
});
