import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { repository } from "../../../lab/setup/paths.ts";
import { Provider } from "../../../src/provider/provider.ts";
import { type RunningServer, serve } from "../../../src/provider/server.ts";
import { FakeHosts } from "../../provider/fake-hosts.ts";
import { Project } from "./project.ts";

// The real Pulumi CLI runs the real program; the provider runs in this process, attached by its
// port, so that the hosts can be edited by hand between two commands.
const SECRET = "s3cr3tPw";
const hosts = new FakeHosts();
let server: RunningServer;
let project: Project;

function program(servers: string, extra = ""): string {
  const node = (name: string, last: number) =>
    `{ name: "${name}", address: "10.0.0.${last}", interface: "eth0", interfaceAddress: "10.0.0.${last}/24",
       ssh: { authentication: [{ kind: "password", password: { kind: "config", key: "sshPassword" } }] } }`;
  return `
import { deploy } from "${repository}/src/provider/program.ts";
import { defineStack } from "${repository}/src/index.ts";
export const pairs = deploy(defineStack({ name: "edge", pairs: [{
  name: "web",
  nodes: [${node("lb-a", 11)}, ${node("lb-b", 12)}],
  vrrpInstances: [{ name: "VI_1", virtualRouterId: 51, master: "lb-a", vips: [{ address: "10.0.0.100/24" }],
    authentication: { kind: "PASS", password: { kind: "config", key: "vrrpPassword" } } }],
  vrrp: { version: 2 },
  frontends: [{ name: "www", mode: "http", binds: [{ address: "10.0.0.100", port: 80 }], defaultBackend: "web" }],
  backends: [{ name: "web", mode: "http", healthCheck: { kind: "http", path: "/" }, servers: [${servers}] }],
  ${extra}
}] }));
`;
}

const ONE = `{ name: "web-1", address: "10.0.0.21", port: 80 }`;
const TWO = `${ONE}, { name: "web-2", address: "10.0.0.22", port: 80 }`;

beforeAll(async () => {
  project = new Project();
  // An attached provider is not told the project's folder.
  const environment = { TANDEM_BINARY: join(project.folder, "tandemd") };
  server = await serve(new Provider({ openHost: hosts.open, environment }), "0.1.0");
  project.environment.PULUMI_DEBUG_PROVIDERS = `tandem:${server.port}`;
  project.write("tandemd", "not executed here");
  project.write("tandemd.json", JSON.stringify({ version: "0.1.0" }));
  project.write("index.ts", program(ONE));
  expect(await project.run("stack", "init", "test")).toMatchObject({ code: 0 });
  await project.run("config", "set", "tandem:binary", "tandemd");
});

afterAll(async () => {
  await server.stop();
  project.remove();
});

describe("the Pulumi CLI with the provider", () => {
  it("names every missing secret at once and declares nothing", async () => {
    const result = await project.run("preview");
    expect(result.code).not.toBe(0);
    expect(result.text).toContain("pulumi config set --secret sshPassword");
    expect(result.text).toContain("pulumi config set --secret vrrpPassword");
    expect(result.text).not.toContain("    at ");
    await project.run("config", "set", "--secret", "sshPassword", "hunter2hunter2");
    await project.run("config", "set", "--secret", "vrrpPassword", SECRET);
  });

  it("previews without touching a host", async () => {
    const result = await project.run("preview");
    expect(result.text).toContain("tandem:index:Node");
    expect(result.text).toContain(
      "10.0.0.100/24: crash of lb-a 2012 to 3012 ms, graceful stop 12 ms without an answer",
    );
    expect(result.code, result.text).toBe(0);
    expect(hosts.calls).toEqual([]);
  });

  it("shows warnings on the pair, and ends at errors before a host is touched", async () => {
    const scripts = (weight: number) =>
      `trackScripts: [{ name: "chk", script: "/usr/bin/true", weight: ${weight} }, { name: "dns", script: "/usr/bin/true", weight: -30 }],`;
    const instance = `members: { "lb-a": { priority: 150 }, "lb-b": { priority: 100 } }, trackScripts: ["chk", "dns"],`;
    const weighted = (weight: number) =>
      program(ONE, scripts(weight)).replace("virtualRouterId: 51,", `virtualRouterId: 51, ${instance}`);
    project.write("index.ts", weighted(-30));
    const warned = await project.run("preview");
    expect(warned.code, warned.text).toBe(0);
    expect(warned.text).toMatch(/tandem:index:LoadBalancerPair \(web\):[\s\S]*warning\[STACK_WEIGHT_WEAK\]/);
    project.write("index.ts", weighted(-10));
    const refused = await project.run("preview");
    expect(refused.code).not.toBe(0);
    expect(refused.text).toContain("error[STACK_WEIGHT_POWERLESS]");
    expect(hosts.calls).toEqual([]);
    project.write("index.ts", program(ONE));
  });

  it("creates the backup first, then the master, and keeps secrets out of its state", async () => {
    const result = await project.run("up", "--yes");
    expect(result.text).toContain("web-lb-a");
    expect(result.code, result.text).toBe(0);
    const order = hosts.calls.filter((call) => call.endsWith(" apply"));
    expect(order).toEqual(["lb-b apply", "lb-a apply"]);
    expect(hosts.state("lb-a").files.get("keepalived.conf")).toContain(SECRET);
    const state = await project.run("stack", "export");
    expect(state.stdout).toContain("@@secret:");
    for (const secret of [SECRET, "hunter2hunter2"]) {
      expect(state.stdout).not.toContain(secret);
      expect(result.text).not.toContain(secret);
    }
    expect(readState(project)).not.toContain(SECRET);
  });

  it("finds nothing to do in a second preview, also after a change of roles", async () => {
    hosts.vrrp.set("lb-b", { state: "MASTER", reasons: [] });
    const result = await project.run("preview", "--refresh", "--expect-no-changes");
    expect(result.text).toContain("5 unchanged");
    expect(result.code, result.text).toBe(0);
    hosts.vrrp.delete("lb-b");
  });

  it("shows what was changed by hand line by line, and repairs it", async () => {
    const state = hosts.state("lb-b");
    const text = state.files.get("haproxy.cfg") ?? "";
    expect(text).toContain("10.0.0.21");
    state.files.set("haproxy.cfg", text.replace("10.0.0.21", "10.9.9.9"));
    const [key] = [...state.sysctls.keys()].filter((name) => name.endsWith("ip_nonlocal_bind"));
    state.sysctls.set(key ?? "", "0");
    state.active = false;

    // Without --refresh: the project's `options.refresh` makes every preview look at the hosts.
    const preview = await project.run("preview", "--diff");
    expect(preview.code).toBe(0);
    expect(preview.text).toMatch(/-\s+server web-1 10\.9\.9\.9/);
    expect(preview.text).toMatch(/\+\s+server web-1 10\.0\.0\.21/);
    expect(preview.text).toMatch(/ip_nonlocal_bind"?\s*:\s*"0" => "1"/);
    expect(preview.text).toMatch(/active\s*:\s*false => true/);
    // Who is master now is told by the read, but it is nothing to update.
    expect(preview.text.split("(update)")[1]).not.toContain("roles");

    const gate = await project.run("preview", "--refresh", "--expect-no-changes");
    expect(gate.code).not.toBe(0);

    hosts.calls.length = 0;
    expect(await project.run("up", "--yes")).toMatchObject({ code: 0 });
    expect(hosts.calls.filter((call) => call.endsWith(" apply"))).toEqual(["lb-b apply"]);
    expect(state.files.get("haproxy.cfg")).toBe(text);
    expect(await project.run("preview", "--refresh", "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  it("shows a change of the definition as lines and leaves the master alone when the backup refuses", async () => {
    project.write("index.ts", program(TWO));
    const preview = await project.run("preview", "--diff");
    expect(preview.text).toMatch(/\+\s+server web-2 10\.0\.0\.22/);
    hosts.refuse.set("lb-b", "haproxy.cfg:12: no such thing");
    hosts.calls.length = 0;
    const failed = await project.run("up", "--yes");
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain("haproxy.cfg:12: no such thing");
    expect(failed.text).toContain("HOST_CONFIG_REFUSED");
    expect(hosts.calls.filter((call) => call.endsWith(" apply"))).toEqual([]);
    hosts.refuse.clear();
    expect(await project.run("up", "--yes")).toMatchObject({ code: 0 });
  });

  it("stops at a safe point when it is interrupted, and goes on at the next run", async () => {
    project.write("index.ts", program(ONE));
    hosts.calls.length = 0;
    hosts.hang.add("lb-b");
    const run = project.start("up", "--yes", "--skip-preview");
    await expect.poll(() => hosts.calls, { timeout: 60_000 }).toContain("lb-b apply");
    run.interrupt();
    const result = await run.result;
    expect(result.code).not.toBe(0);
    expect(result.text).toContain("PROVIDER_CANCELLED");
    expect(hosts.calls).not.toContain("lb-a apply");
    hosts.hang.clear();
    const again = await project.run("up", "--yes");
    expect(again.code, again.text).toBe(0);
    expect(hosts.calls).toContain("lb-a apply");
  });

  it("keeps a sick node in the state, tells why, and tries again at the next run", async () => {
    hosts.vrrp.set("lb-a", { state: "FAULT", reasons: ["eth0 is down"] });
    const preview = await project.run("preview", "--refresh", "--expect-no-changes");
    expect(preview.text).toContain("VRRP instance VI_1 is in FAULT on eth0: eth0 is down");
    expect(preview.code).not.toBe(0);
    const failed = await project.run("up", "--yes");
    expect(failed.code).not.toBe(0);
    expect(failed.text).toContain("eth0 is down");
    hosts.vrrp.clear();
    expect(await project.run("up", "--yes")).toMatchObject({ code: 0 });
    expect(await project.run("preview", "--refresh", "--expect-no-changes")).toMatchObject({ code: 0 });
  });

  it("stops with an error when a host does not answer, and leaves the state as it was", async () => {
    const before = readState(project);
    hosts.unreachable.add("lb-a");
    const result = await project.run("preview", "--refresh");
    expect(result.code).not.toBe(0);
    expect(result.text).toContain("HOST_UNREACHABLE");
    expect(result.text).toContain("no answer within 10 s");
    expect(readState(project)).toBe(before);
    hosts.unreachable.clear();
  });

  it("imports a node by its address", async () => {
    const deleted = await project.run(
      "state",
      "delete",
      "--yes",
      "--force",
      "--target-dependents",
      await urn("web-lb-a"),
    );
    expect(deleted.code).toBe(0);
    const imported = await project.run(
      "import",
      "tandem:index:Node",
      "taken",
      "lb-a@10.0.0.11",
      "--yes",
      "--generate-code=false",
      "--protect=false",
    );
    expect(imported.text).not.toContain("error:");
    expect(imported.code).toBe(0);
    const state = await project.run("stack", "export");
    expect(state.stdout).toContain('"lb-a@10.0.0.11"');
    expect(state.stdout).toContain("server web-1");
    expect(state.stdout).not.toContain(SECRET);
    expect((await project.run("state", "delete", "--yes", await urn("taken"))).code).toBe(0);
  });

  it("adopts a node with the program, without a change on the host", async () => {
    project.environment.TANDEM_ADOPT = "1";
    hosts.calls.length = 0;
    const adopted = await project.run("up", "--yes");
    expect(adopted.code, adopted.text).toBe(0);
    expect(hosts.calls.filter((call) => call.endsWith(" apply"))).toEqual([]);
    delete project.environment.TANDEM_ADOPT;
    const clean = await project.run("preview", "--refresh", "--expect-no-changes");
    expect(clean.code, clean.text).toBe(0);
  });

  it("destroys both nodes, and says how to go on when one is gone for good", async () => {
    hosts.unreachable.add("lb-a");
    const stuck = await project.run("destroy", "--yes");
    expect(stuck.code).not.toBe(0);
    expect(stuck.text).toContain("TANDEM_ON_UNREACHABLE=forget");
    hosts.unreachable.clear();
    expect(await project.run("destroy", "--yes")).toMatchObject({ code: 0 });
    expect([...hosts.states.keys()]).toEqual([]);
  });
});

async function urn(name: string): Promise<string> {
  const state = await project.run("stack", "export");
  const { deployment } = JSON.parse(state.stdout) as { deployment: { resources: { urn: string }[] } };
  return deployment.resources.find((resource) => resource.urn.endsWith(`::${name}`))?.urn ?? "";
}

function readState(of: Project): string {
  return readFileSync(join(of.folder, "state/.pulumi/stacks/edge/test.json"), "utf8");
}
