import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AskingClient } from "../../lab/demo/client.ts";
import { differences, type HostState, hostState } from "../../lab/demo/host-state.ts";
import { createLab, type Lab, setupOf } from "../../lab/index.ts";
import { repository } from "../../lab/setup/paths.ts";
import type { DrillResult } from "../../src/verify/index.ts";
import type { LabSetup } from "../../stacks/lab/setup.ts";
import { type CliResult, Project } from "../integration/provider/project.ts";

// The whole way with nothing simulated: the Pulumi CLI, the plugin as it is shipped, SSH, systemd,
// tandemd, and a client that asks for pages.
let lab: Lab;
let project: Project;
let vip: string;
const untouched = new Map<string, HostState>();

function write(setup: Partial<LabSetup> = {}): void {
  const whole: LabSetup = {
    ...setupOf(lab),
    drill: { faults: ["handover", "kill"], maxOutage: "1s", when: "create" },
    ...setup,
  };
  project.write(
    "index.ts",
    `import { deploy } from "${repository}/src/provider/program.ts";
     import { defineLabStack } from "${repository}/stacks/lab/setup.ts";
     export const pairs = deploy(defineLabStack(${JSON.stringify(whole)}));\n`,
  );
}

async function pulumi(...args: string[]): Promise<CliResult> {
  const result = await project.run(...args);
  expect(result.code, `pulumi ${args.join(" ")}\n${result.text}`).toBe(0);
  return result;
}

const shell = async (host: string, script: string): Promise<string> =>
  (await lab.exec(host, ["sh", "-c", script])).stdout.trim();

async function holders(): Promise<string[]> {
  const names = ["lb-a", "lb-b"];
  const held = await Promise.all(names.map((name) => shell(name, `ip -o address show to ${vip}`)));
  return names.filter((_, i) => held[i] !== "");
}

async function pages(count: number): Promise<string[]> {
  const script = `for i in $(seq ${count}); do curl -sS --max-time 3 http://${vip}/; done`;
  return (await shell("client", script)).split("\n").filter((line) => line !== "");
}

beforeAll(async () => {
  lab = await createLab();
  vip = lab.vips[0] ?? "";
  for (const name of ["lb-a", "lb-b"]) untouched.set(name, await hostState(lab, name));
  project = new Project();
  project.environment.TANDEM_DRILL_REPORTS = join(project.folder, "drills");
  write();
  await pulumi("stack", "init", "lab");
});

afterAll(async () => {
  project?.remove();
  await lab?.down();
});

describe("pulumi on real hosts", () => {
  it("provisions the pair and proves that it fails over", async () => {
    const up = await pulumi("up", "--yes");
    expect(up.text).toMatch(/drill handover: lb-a → lb-b, outage \d+ ms/);
    expect(up.text).toMatch(/drill kill: lb-a → lb-b, outage \d+ ms/);
    expect(await holders()).toEqual(["lb-a"]);
    const seen = new Set(await pages(6));
    expect(seen.size, [...seen].join(" | ")).toBe(2);
  });

  it("writes the whole result of each drill where it is told to", () => {
    const folder = join(project.folder, "drills");
    expect(readdirSync(folder).sort()).toEqual(["web-handover.json", "web-kill.json"]);
    const result = JSON.parse(readFileSync(join(folder, "web-kill.json"), "utf8")) as DrillResult;
    expect(result).toMatchObject({ masterBefore: "lb-a", masterAfter: "lb-b", passed: true });
    expect(result.failback.happened).toBe(true);
    expect(result.outageMs).toBeGreaterThan(0);
    expect(result.outageMs).toBeLessThanOrEqual(1000);
    expect(result.samples.length).toBeGreaterThan(200);
  });

  it("finds nothing to do afterwards", async () => {
    await pulumi("preview", "--refresh", "--expect-no-changes");
  });

  it("names a file, a kernel parameter and the service that were altered by hand, and repairs them", async () => {
    await shell("lb-b", "sed -i 's/balance roundrobin/balance leastconn/' /etc/tandem/current/haproxy.cfg");
    await shell("lb-b", "sysctl -w net.ipv4.ip_nonlocal_bind=0 && systemctl stop tandem.service");
    const preview = await pulumi("preview", "--refresh", "--diff");
    const update = preview.text.slice(preview.text.indexOf("(update)"));
    expect(update).toMatch(/-\s+balance leastconn/);
    expect(update).toMatch(/\+\s+balance roundrobin/);
    expect(update).toMatch(/ip_nonlocal_bind"?\s*:\s*"0" => "1"/);
    expect(update).toMatch(/active\s*:\s*false => true/);
    expect(update).toContain("web-lb-b");
    expect(update).not.toContain("::web-lb-a");
    await pulumi("up", "--yes");
    expect(await shell("lb-b", "cat /proc/sys/net/ipv4/ip_nonlocal_bind; systemctl is-active tandem")).toBe(
      "1\nactive",
    );
    await pulumi("preview", "--refresh", "--expect-no-changes");
  });

  it("brings a change to both hosts without a lost request", async () => {
    const [first] = setupOf(lab).servers;
    write({ servers: first === undefined ? [] : [first] });
    const preview = await pulumi("preview", "--diff");
    expect(preview.text).toMatch(/-\s+server web-2/);
    const client = new AskingClient(lab, `http://${vip}/`);
    await pulumi("up", "--yes");
    const tally = await client.stop();
    expect(tally.asked).toBeGreaterThan(100);
    expect(tally.failed, tally.failures.join("\n")).toBe(0);
    expect(new Set(await pages(4)).size).toBe(1);
  });

  it("refuses a change that a host cannot take, and leaves both as they were", async () => {
    const before = await Promise.all(["lb-a", "lb-b"].map((name) => hostState(lab, name)));
    // A program that somebody started by hand has the port on the address that is to come.
    const argv = ["perl", "-e", SQUATTER, lab.vips[1] ?? ""];
    const squatter = lab.spawn("lb-b", argv, { stdio: "ignore" });
    write({ vip: `${lab.vips[1]}/24` });
    try {
      await expect
        .poll(() => shell("lb-b", `ss -Hltn src ${lab.vips[1]} | wc -l`), { timeout: 10_000 })
        .not.toBe("0");
      const result = await project.run("up", "--yes");
      expect(result.code).not.toBe(0);
      expect(result.text).toContain("host lb-b");
      expect(result.text).toContain("port");
    } finally {
      squatter.kill();
      await expect
        .poll(() => shell("lb-b", "pkill -x perl; ps -C perl -o pid= | wc -l"), { timeout: 10_000 })
        .toBe("0");
      write();
    }
    const after = await Promise.all(["lb-a", "lb-b"].map((name) => hostState(lab, name)));
    expect(differences(before[0] ?? new Map(), after[0] ?? new Map())).toEqual([]);
    expect(differences(before[1] ?? new Map(), after[1] ?? new Map())).toEqual([]);
  });

  it("leaves nothing behind when it is destroyed", async () => {
    await pulumi("destroy", "--yes");
    for (const [name, before] of untouched) {
      expect(differences(before, await hostState(lab, name)), name).toEqual([]);
    }
    expect(await holders()).toEqual([]);
  });
});

const SQUATTER = `use Socket;
  socket(S, PF_INET, SOCK_STREAM, 0) or die $!;
  bind(S, sockaddr_in(80, inet_aton($ARGV[0]))) or die $!;
  listen(S, 5) or die $!;
  sleep 600;`;
