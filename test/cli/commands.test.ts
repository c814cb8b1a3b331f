import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";

const repository = resolve(import.meta.dirname, "../..");

const definition = (body: string) => `import { defineStack } from "tandem-lb";
export const stack = defineStack({
  name: "shop",
  pairs: [{
    name: "web",
    nodes: [
      { name: "lb-a", address: "10.0.0.11", interface: "eth0", interfaceAddress: "10.0.0.11/24" },
      { name: "lb-b", address: "10.0.0.12", interface: "eth0", interfaceAddress: "10.0.0.12/24" },
    ],
    vrrpInstances: [{ name: "VI_1", virtualRouterId: 51, master: "lb-a", vips: [{ address: "10.0.0.100/24" }] }],
    frontends: [{ name: "www", mode: "http", binds: [{ address: "10.0.0.100", port: 80 }], defaultBackend: "web" }],
    backends: [{ name: "web", mode: "http", healthCheck: { kind: "http" }, ${body} }],
  }],
});
`;
const good = definition('servers: [{ name: "web-1", address: "10.0.0.21", port: 80 }]');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-cli-"));
  mkdirSync(join(folder, "stacks"));
  mkdirSync(join(folder, "node_modules/tandem-lb"), { recursive: true });
  // The package as a project would have it, from its sources.
  symlinkSync(join(repository, "src"), join(folder, "node_modules/tandem-lb/src"));
  writeFileSync(
    join(folder, "node_modules/tandem-lb/package.json"),
    JSON.stringify({ name: "tandem-lb", type: "module", exports: { ".": "./src/index.ts" } }),
  );
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "stacks/dev.ts"), good);
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("tandem graph", () => {
  test("draws the pair as a flowchart with a thick arrow to the master", async () => {
    const { code, stdout } = await runCli(["graph", "dev"], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toBe(`flowchart LR
  subgraph web ["pair web"]
    web_node_lb_a["lb-a<br/>10.0.0.11"]
    web_node_lb_b["lb-b<br/>10.0.0.12"]
    web_fe_www(["www<br/>http 10.0.0.100:80"])
  end
  web_vip_10_0_0_100_24{{"10.0.0.100/24"}}
  web_vip_10_0_0_100_24 ==> web_node_lb_a
  web_vip_10_0_0_100_24 -.-> web_node_lb_b
  web_node_lb_a --- web_fe_www
  web_node_lb_b --- web_fe_www
  web_fe_www --> web_be_web
  web_be_web[/"web<br/>roundrobin"/]
  web_srv_web_web_1[("web-1<br/>10.0.0.21:80")]
  web_be_web --> web_srv_web_web_1
`);
  });

  test("writes an SVG that names every part and needs nothing from elsewhere", async () => {
    const { code, stderr } = await runCli(["graph", "dev", "--format", "svg", "--out", "dev.svg"], {
      cwd: folder,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "wrote dev.svg\n" });
    const svg = readFileSync(join(folder, "dev.svg"), "utf8");
    for (const part of ["lb-a", "lb-b", "10.0.0.100/24", "www", "web-1"]) expect(svg).toContain(`>${part}<`);
    expect(svg.replace("http://www.w3.org/2000/svg", "")).not.toMatch(/href|url\(|http:\/\/w/);
  });
});

describe("tandem render", () => {
  test("writes one folder a node, and nothing else", async () => {
    const { code } = await runCli(["render", "dev", "--out", "out", "--node", "lb-b"], { cwd: folder });
    expect(code).toBe(0);
    expect(readFileSync(join(folder, "out/lb-b/haproxy.cfg"), "utf8")).toContain(
      "server web-1 10.0.0.21:80 check",
    );
    expect(() => readFileSync(join(folder, "out/lb-a/haproxy.cfg"))).toThrow(/ENOENT/);
  });

  test("an unknown node is a usage error with a suggestion", async () => {
    const { code, stdout, stderr } = await runCli(["render", "dev", "--node", "lb-c"], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
    expect(stderr).toContain('error[CLI_NO_SUCH_NODE]: the stack has no node "lb-c"');
    expect(stderr).toMatch(/fix: did you mean "lb-[ab]"\?/);
  });
});

describe("tandem check", () => {
  test("predicts the failover of a good stack", async () => {
    const { code, stdout, stderr } = await runCli(["check", "dev"], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: "" });
    expect(stderr).toMatch(/10\.0\.0\.100\/24: crash of lb-a \d+ to \d+ ms, graceful stop \d+ ms/);
  });

  test("tells all problems of a bad one, with paths, and ends with 3", async () => {
    writeFileSync(join(folder, "stacks/dev.ts"), definition("servers: [], balanse: 'roundrobin'"));
    const { code, stdout } = await runCli(["check", "dev", "--json"], { cwd: folder });
    expect(code).toBe(3);
    const { problems } = JSON.parse(stdout) as { problems: { where: { path: unknown[] }; hint: string }[] };
    expect(problems.map((p) => p.where.path.join("."))).toEqual(
      expect.arrayContaining(["pairs.0.backends.0.balanse", "pairs.0.backends.0.servers"]),
    );
    expect(problems.map((p) => p.hint).join("\n")).toContain('did you mean "balance"?');
  });

  test("a file that does not load says which and why", async () => {
    writeFileSync(join(folder, "stacks/dev.ts"), "export const stack = missing;\n");
    const { code, stderr } = await runCli(["check", "dev"], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain(
      `${join(folder, "stacks/dev.ts")}:1:22: error[CLI_STACK_LOAD_FAILED]: the file throws ReferenceError: missing is not defined\n  1 | export const stack = missing;\n    |                      ^\n`,
    );
  });

  test("a name that is no stack lists where it looked", async () => {
    const { code, stderr } = await runCli(["check", "prod"], { cwd: folder });
    expect(code).toBe(64);
    expect(stderr).toContain('no stack "prod": looked for prod.ts, stacks/prod.ts\n');
    expect(stderr).toContain("here: dev\n");
  });

  test("a file that is no TypeScript is told as one", async () => {
    const { code, stderr } = await runCli(["check", join(folder, "package.json")], { cwd: folder });
    expect([code, stderr]).toEqual([64, expect.stringContaining("package.json is no TypeScript file")]);
    const absent = await runCli(["check", "/absent/package.json"], { cwd: folder });
    expect(absent.stderr).toContain("looked for /absent/package.json.ts\n");
  });

  test("every line that cannot be read is shown with a caret", async () => {
    writeFileSync(join(folder, "stacks/dev.ts"), "export const stack = {\n  pairs: [{ a: 1 ],\n};\n");
    const { code, stderr } = await runCli(["check", "dev"], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain(
      `dev.ts:2:18: error[CLI_STACK_LOAD_FAILED]: Expected "}" but found "]"\n  2 |   pairs: [{ a: 1 ],\n    |                  ^\n`,
    );
  });

  test("a promise is told as one", async () => {
    writeFileSync(join(folder, "stacks/dev.ts"), "export const stack = Promise.resolve({});\n");
    const { code, stderr } = await runCli(["check", "dev"], { cwd: folder });
    expect([code, stderr]).toEqual([3, expect.stringContaining("`stack` is a promise")]);
  });

  test("what is told of machines needs two files, and has to exist", async () => {
    const { code, stderr } = await runCli(["check", "--haproxy", "nope.cfg"], { cwd: folder });
    expect(code).toBe(64);
    expect(stderr).toContain("--haproxy needs --keepalived and two files");
    expect(stderr).toContain("nope.cfg, given by --haproxy, does not exist");
  });

  test.each(["/proc/x", "/dev/null"])(
    "an output folder in %s ends at once with what and why",
    async (out) => {
      const { code, stderr } = await runCli(["render", "dev", "--out", out], { cwd: folder });
      expect([code, stderr]).toEqual([1, expect.stringContaining(`[CLI_CANNOT_WRITE]: ${out}/lb-a/`)]);
    },
  );
});

describe("tandem explain", () => {
  test("prints meaning, example and fix", async () => {
    const { code, stdout } = await runCli(["explain", "cli-no-pulumi"], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^CLI_NO_PULUMI\n\nthe Pulumi command line is needed/);
  });

  test("suggests the nearest code", async () => {
    const { code, stderr } = await runCli(["explain", "HOST_UNREACHABEL"], { cwd: folder });
    expect(code).toBe(64);
    expect(stderr).toContain("did you mean HOST_UNREACHABLE?");
  });
});

describe("tandem drill", () => {
  test("does nothing without a yes where nobody can be asked", async () => {
    const { code, stderr } = await runCli(["drill", "dev", "--fault", "kill"], { cwd: folder });
    expect(code).toBe(64);
    expect(stderr).toContain("error[CLI_NOT_CONFIRMED]: faults will be injected on the masters of web: kill");
  });
});

describe("tandem init", () => {
  test("writes a project whose stack passes the check at once", async () => {
    const made = await runCli(["init", "edge"], { cwd: folder });
    expect(made.code).toBe(0);
    // From a checkout, which is no package yet.
    expect(made.stderr).toMatch(
      /^next: npm pack \S+ --pack-destination \S+ && cd edge && npm install \S+\/tandem-lb-[\d.]+\.tgz && npx tandem check dev$/m,
    );
    const checked = await runCli(["check", "dev"], { cwd: join(folder, "edge") });
    expect({ code: checked.code, stderr: checked.stderr }).toMatchObject({ code: 0 });
  });

  test("refuses a folder that is not empty and a name that npm refuses, both at once", async () => {
    const { code, stderr } = await runCli(["init", "stacks", "--name", "Edge Prod"], { cwd: folder });
    expect(code).toBe(64);
    expect(stderr).toContain("CLI_INIT_NAME");
    expect(stderr).toContain("CLI_INIT_NOT_EMPTY");
  });
});

describe("the command line", () => {
  test("suggests a command for a misspelt one", async () => {
    const { code, stderr } = await runCli(["rendr"], { cwd: folder });
    expect(code).toBe(64);
    expect(stderr).toContain("did you mean `render`?");
  });

  test("refuses an unknown flag", async () => {
    const { code, stderr } = await runCli(["check", "dev", "--jsn"], { cwd: folder });
    expect(code).toBe(64);
    expect(stderr).toMatch(/--jsn/);
  });

  test("up without Pulumi says how to get it", async () => {
    const { code, stderr } = await runCli(["up", "dev"], { cwd: folder, env: { PATH: "/nonexistent" } });
    expect(code).toBe(1);
    expect(stderr).toContain("error[CLI_NO_PULUMI]");
  });
});
