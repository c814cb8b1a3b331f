import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab } from "../../lab/index.ts";
import { pulumi, repository } from "../../lab/setup/paths.ts";
import type { StageRecord } from "../../src/rollout/index.ts";
import { Project } from "../integration/provider/project.ts";
import { RolloutProcess } from "../integration/rollout/process.ts";

// Three environments on real systemd hosts, in one network: dev and staging with a pair each, prod
// with two. The command line runs in a process of its own, which is killed and taken up again.
const environments = { dev: 1, staging: 1, prod: 2 } as const;
let lab: Lab;
let project: Project;
let rollout: RolloutProcess;

const hostName = (stage: string, pair: number, which: "a" | "b") => `${stage}-${which}${pair}`;

function vipOf(stage: string, pair: number): string {
  const order = Object.entries(environments).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, i) => `${name} ${i + 1}`),
  );
  return lab.vips[order.indexOf(`${stage} ${pair}`)] ?? "";
}

function write(): void {
  const stacks = Object.entries(environments).map(([stage, count], s) => {
    const pairs = Array.from({ length: count }, (_, i) => {
      const nodes = (["a", "b"] as const).map((which) => {
        const { name, address, interface: link, interfaceAddress } = lab.host(hostName(stage, i + 1, which));
        const ssh = {
          authentication: [{ kind: "privateKeyFile", path: lab.ssh.keyFile }],
          hostKey: { kind: "knownHosts", path: lab.ssh.knownHostsFile },
        };
        return { name, address, interface: link, interfaceAddress, ssh };
      });
      const vip = vipOf(stage, i + 1);
      return {
        name: `web-${i + 1}`,
        nodes,
        vrrp: { version: 3, advertInterval: "100ms" },
        vrrpInstances: [
          {
            name: "VI_1",
            virtualRouterId: 10 * (s + 1) + i,
            master: hostName(stage, i + 1, "a"),
            vips: [{ address: `${vip}/24` }],
          },
        ],
        frontends: [
          {
            name: "www",
            mode: "http",
            binds: [{ address: vip, port: 80 }],
            defaultBackend: "web",
          },
        ],
        backends: [
          {
            name: "web",
            mode: "http",
            healthCheck: { kind: "http", path: "/", interval: "500ms" },
            servers: [{ name: "web-1", address: lab.host("web-1").address, port: 80 }],
          },
        ],
      };
    });
    const gates =
      stage === "dev"
        ? [{ kind: "drill", faults: ["handover"], maxOutage: "1s" }]
        : [{ kind: "noDrift" }, { kind: "soak", duration: "2s", every: "500ms", budget: { checkFlaps: 2 } }];
    return { name: stage, stack: { name: stage, pairs }, gates, onFailure: "rollback" };
  });
  project.write(
    "rollout.ts",
    `import { defineRollout } from "${repository}/src/index.ts";
     export const rollout = defineRollout(${JSON.stringify({ name: "lab", stages: stacks })} as never);\n`,
  );
}

async function record(stage: string): Promise<StageRecord> {
  const { stdout } = await project.run("stack", "output", "--json", "--stack", stage);
  return (JSON.parse(stdout) as { rollout: StageRecord }).rollout;
}

const shell = async (host: string, script: string): Promise<string> =>
  (await lab.exec(host, ["sh", "-c", script])).stdout.trim();

/** Releases that the audit of a host's folder tells: what was ever staged there. */
const generation = (host: string) => shell(host, "readlink /etc/tandem/current");

const slow = process.env.TANDEM_SLOW !== undefined;

beforeAll(async () => {
  if (!slow) return;
  const balancers = Object.entries(environments).flatMap(([stage, count]) =>
    Array.from({ length: count }, (_, i) => ["a", "b"].map((which) => `${stage}-${which}${i + 1}`)).flat(),
  );
  lab = await createLab({
    hosts: [
      ...balancers.map((name) => ({ name, role: "lb" as const })),
      { name: "web-1", role: "web" },
      { name: "client", role: "client" },
    ],
  });
  project = new Project({ TANDEM_PULUMI: pulumi() });
  project.write("index.ts", "");
  rollout = new RolloutProcess(project);
  write();
});

afterAll(async () => {
  project?.remove();
  await lab?.down();
});

describe("a rollout on real hosts", () => {
  it("is killed in the middle, goes on, and verifies every environment", async (context) => {
    if (!slow) return context.skip("eight hosts and some thirty updates take minutes; TANDEM_SLOW=1 runs it");
    const first = rollout.start("run", "--file", "rollout.ts", "--yes");
    await first.said(/staging: wave 1: web-1/);
    await first.kill();
    const done = await generation("dev-a1");
    const result = await rollout.run("resume", "--file", "rollout.ts", "--yes", "--report", "run.html");
    expect(result.code, result.stderr).toBe(0);
    expect(result.stderr).toMatch(/staging: gate soak: passed: 2s: \d+ requests, 0 5xx/);
    expect(result.stderr).not.toContain("dev: wave");
    expect(await generation("dev-a1")).toBe(done);
    const records = await Promise.all(["dev", "staging", "prod"].map(record));
    expect(new Set(records.map(({ verified }) => verified?.release)).size).toBe(1);
    expect(records.every(({ lock }) => lock === undefined)).toBe(true);
    expect(records[0]?.verified?.gates[0]?.detail).toMatch(/^1 drills passed, longest outage \d+ ms$/);
  });
});
