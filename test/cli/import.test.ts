import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { repository, tandemd } from "../../lab/setup/paths.ts";
import { corpusFiles } from "../import/round-trip.ts";
import { missing } from "../render/originals.ts";
import { runCli } from "./run-cli.ts";

const built = missing(tandemd);
let folder: string;

beforeAll(() => {
  // Below the project, so that the compiler finds what a stack file imports.
  folder = mkdtempSync(join(repository, "test", "import-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(join(folder, "stacks"), { recursive: true, force: true });
  writeFileSync(join(folder, "haproxy.cfg"), haproxy);
  writeFileSync(join(folder, "a.conf"), keepalived("a", 150, "MASTER"));
  writeFileSync(join(folder, "b.conf"), keepalived("b", 100, "BACKUP"));
});

const haproxy = `# the shop's balancer
global
    log /dev/log local0 info
    maxconn 4096   # per process
    # statistics for the night shift
    stats timeout 30s

defaults
    mode http
    log global
    option httplog
    option dontlognull
    timeout connect 5s
    timeout client 30s
    timeout server 30s

# what customers see
frontend www
    bind 10.0.0.100:80
    # "old" phones
    http-request set-header X-Phone 1 if { hdr_beg(User-Agent) Nokia }
    default_backend shop

backend shop
    balance leastconn
    option httpchk GET /health
    http-check expect status 200
    server shop-1 10.0.0.21:8080 check inter 1s # rack 4
    server shop-2 10.0.0.22:8080 check inter 1s weight 2
# the end
`;

const keepalived = (name: string, priority: number, state: string) => `global_defs {
    router_id lb-${name}
}
! the shop's address
vrrp_instance VI_1 {
    state ${state}
    interface eth0
    virtual_router_id 51
    priority ${priority}
    virtual_ipaddress {
        10.0.0.100/24 # printed on flyers
    }
}
`;

const run = (...argv: string[]) =>
  runCli(["import", ...argv], { cwd: folder, env: { TANDEM_BINARY: tandemd } });
const files = ["--haproxy", "haproxy.cfg", "--keepalived", "a.conf", "--keepalived", "b.conf"];
const hosts = [
  "--host",
  "10.0.0.11",
  "--host",
  "deploy@10.0.0.12",
  "--interface-address",
  "10.0.0.11/24",
  "--interface-address",
  "10.0.0.12/24",
];
const written = (name = "shop") => readFileSync(join(folder, "stacks", `${name}.ts`), "utf8");

const expected = `import { defineStack } from "tandem-lb";

export const stack = defineStack({
  name: "shop",
  pairs: [
    {
      name: "shop",
      nodes: [
        { name: "lb-a", address: "10.0.0.11", interface: "eth0", interfaceAddress: "10.0.0.11/24" },
        {
          name: "lb-b",
          address: "10.0.0.12",
          ssh: { user: "deploy" },
          interface: "eth0",
          interfaceAddress: "10.0.0.12/24",
        },
      ],
      vrrp: { version: 2, advertInterval: "1s" },
      vrrpInstances: [
        // the shop's address
        {
          name: "VI_1",
          virtualRouterId: 51,
          master: "lb-a",
          members: { "lb-a": { priority: 150, state: "MASTER" }, "lb-b": { priority: 100, state: "BACKUP" } },
          vips: [
            { address: "10.0.0.100/24" }, // printed on flyers
          ],
          trackProxy: false,
        },
      ],
      // the shop's balancer
      proxy: {
        maxconn: 4096, // per process
        logs: [{ address: "/dev/log", facility: "local0", level: "info" }],
        globalDirectives: [
          // statistics for the night shift
          "stats timeout 30s",
        ],
        timeouts: {
          connect: "5s",
          client: "30s",
          server: "30s",
          queue: "none",
          httpRequest: "none",
          httpKeepAlive: "none",
          check: "none",
        },
        redispatch: false,
      },
      frontends: [
        // what customers see
        {
          name: "www",
          mode: "http",
          binds: [{ address: "10.0.0.100", port: 80 }],
          defaultBackend: "shop",
          forwardFor: false,
          directives: [
            // "old" phones
            "http-request set-header X-Phone 1 if { hdr_beg(User-Agent) Nokia }",
          ],
        },
      ],
      backends: [
        {
          name: "shop",
          mode: "http",
          balance: "leastconn",
          healthCheck: { kind: "http", method: "GET", path: "/health", expectStatus: "200", interval: "1s" },
          servers: [
            { name: "shop-1", address: "10.0.0.21", port: 8080 }, // rack 4
            { name: "shop-2", address: "10.0.0.22", port: 8080, weight: 2 },
          ],
        },
      ],
    },
  ],
});

// the end
`;

describe.skipIf(built !== undefined)("tandem import", () => {
  test("writes a typed stack with the comments at their places, and ends with 0 when nothing is left to do", async () => {
    const { code, stderr } = await run("shop", ...files, ...hosts);
    const [note, , , ...told] = stderr.trim().split("\n");
    expect(note).toMatch(/^haproxy\.cfg:2:1: warning\[IMPORT_TRANSLATED\]: global names no user: /);
    expect(told.join("\n")).toBe(
      "wrote stacks/shop.ts: 0 not carried over, 0 that tandemd does not act on, 0 to fill in, 0 secrets, 1 translated\n" +
        "next: tandem check shop, then tandem render shop beside your own files",
    );
    expect(written()).toBe(expected);
    expect(code).toBe(0);
    expect(statSync(join(folder, "stacks/shop.ts")).mode & 0o777).toBe(0o600);
  });

  test("what it writes compiles and is formatted, also for the files of strangers", async () => {
    const [first, second] = [corpusFiles("haproxy"), corpusFiles("keepalived")];
    const pairs: [string, ...string[]][] = [["shop", ...files, ...hosts]];
    for (const [index, file] of first.slice(0, 12).entries())
      pairs.push([`real-${index}`, "--haproxy", file, "--keepalived", second[index] ?? file]);
    for (const argv of pairs) await run(...argv);
    const tool = (name: string, ...argv: string[]) =>
      execFileSync(join(repository, "node_modules/.bin", name), argv, {
        cwd: folder,
        encoding: "utf8",
        stdio: "pipe",
      });
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({
        extends: "../../tsconfig.json",
        compilerOptions: { noEmit: true, paths: { "tandem-lb": ["../../src/index.ts"] } },
        include: ["stacks/*.ts"],
      }),
    );
    expect(tool("tsc", "-p", "tsconfig.json")).toBe("");
    tool("biome", "format", "--config-path", repository, "--vcs-enabled=false", "stacks");
  }, 120_000);

  test("asks for what no file tells by place-holders, lists them, and ends with 3 until they are filled in", async () => {
    const { code, stderr } = await run("shop", ...files);
    expect(stderr).toContain(
      "warning[IMPORT_PLACEHOLDER]: address 192.0.2.11/24 of lb-a is a place-holder\n",
    );
    expect(stderr).toContain("  fix: give --interface and --interface-address once for each node");
    expect(stderr).toContain("error[STACK_VIP_OUTSIDE_SUBNET]");
    expect(code).toBe(3);
  });

  test("ends with 2 when something was not carried over, naming the line", async () => {
    writeFileSync(join(folder, "haproxy.cfg"), haproxy.replace("    balance leastconn", "    reqideny ^GET"));
    const { code, stderr } = await run("shop", ...files, ...hosts);
    expect(stderr).toContain("haproxy.cfg:25:5: error[IMPORT_NOT_CARRIED]: reqideny ^GET has no successor");
    expect(stderr).toContain("  fix: write http-request deny if { … }");
    expect(code).toBe(2);
  });

  test("prints the list as JSON", async () => {
    writeFileSync(join(folder, "haproxy.cfg"), haproxy.replace("    balance leastconn", "    contimeout 3s"));
    const { stdout } = await run("shop", "--json", ...files, ...hosts);
    const { file, notes } = JSON.parse(stdout);
    expect(file).toBe("stacks/shop.ts");
    expect(notes).toMatchObject([
      {
        code: "IMPORT_TRANSLATED",
        where: { line: 2 },
        message: expect.stringMatching(/^global names no user/),
      },
      { code: "IMPORT_TRANSLATED", where: { kind: "file", file: "haproxy.cfg", line: 25, column: 5 } },
    ]);
  });

  test("overwrites a stack only by force", async () => {
    await run("shop", ...files, ...hosts);
    writeFileSync(join(folder, "stacks/shop.ts"), "// mine\n");
    const refused = await run("shop", ...files, ...hosts);
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain("error[IMPORT_EXISTS]: stacks/shop.ts is there already");
    expect(written()).toBe("// mine\n");
    expect((await run("shop", "--force", ...files, ...hosts)).code).toBe(0);
    expect(written()).toBe(expected);
  });

  test.each([
    [[], "nothing to read"],
    [["--host", "10.0.0.11"], "one host is half a pair"],
    [[...files, "--keepalived", "a.conf"], "3 keepalived.conf files are given"],
    [[...files, "--host", "a", "--host", "b", "--host", "c"], "3 hosts are given"],
    [[...files, "--host", "a b"], '"a b" is no host'],
  ])("refuses %j", async (argv, message) => {
    const { code, stderr } = await run("shop", ...argv);
    expect(stderr).toContain(`error[IMPORT_WHAT]: ${message}`);
    expect(code).toBe(64);
  });

  test("says which files cannot be read, all at once", async () => {
    const { code, stderr } = await run("shop", "--haproxy", "none.cfg", "--keepalived", "none.conf");
    expect(stderr).toContain("error[IMPORT_UNREADABLE]: none.cfg cannot be read: No such file");
    expect(stderr).toContain("error[IMPORT_UNREADABLE]: none.conf cannot be read: No such file");
    expect(code).toBe(1);
  });

  test("a name that is none is refused", async () => {
    const { code, stderr } = await run("../shop", ...files);
    expect(stderr).toContain('error[IMPORT_WHAT]: "../shop" is no name of a stack');
    expect(code).toBe(64);
  });
});
