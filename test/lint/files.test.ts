import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { fillSecrets, render } from "../../src/render/index.ts";
import { checkStack, parseStack } from "../../src/stack/index.ts";
import { runCli } from "../cli/run-cli.ts";
import { validStack } from "../render/generate.ts";
import { missing } from "../render/originals.ts";
import { binary, scenarios } from "../render/scenarios.ts";

const built = missing(tandemd);
const env = { TANDEM_BINARY: tandemd };
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-lint-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

const node = (priority: number, password: string) => `vrrp_instance VI_1 {
    state BACKUP
    interface eth0
    virtual_router_id 77
    garp_master_refresh 10
    priority ${priority}
    authentication {
        auth_type PASS
        auth_pass ${password}
    }
    virtual_ipaddress {
        10.0.0.100/24
    }
}
`;

function write(a: string, b: string): void {
  writeFileSync(join(folder, "a.conf"), a);
  writeFileSync(join(folder, "b.conf"), b);
}

const lint = (...more: string[]) =>
  runCli(["check", "--keepalived", "a.conf", "b.conf", ...more], { cwd: folder, env });

describe.skipIf(built !== undefined)("tandem check --keepalived", () => {
  test("shows what the two files disagree about in both of them, and no password", async () => {
    write(node(254, "s3cret"), node(253, "sekret"));
    const { code, stdout, stderr } = await lint();
    expect(code).toBe(3);
    expect(stdout).toBe("");
    expect(stderr).toContain("error[E01]: the passwords of 'VI_1' differ\n  --> a.conf:9:19\n   |\n");
    expect(stderr).toContain("  --> b.conf:9:19\n   |\n");
    expect(stderr).toContain(" 9 |         auth_pass ******\n   |                   ^~~~~~\n");
    expect(stderr).toContain("  fix: write the same auth_pass on both nodes");
    expect(stderr).toContain("1 error, 0 warnings; more: tandem explain E01");
    expect(stderr).not.toMatch(/s3cret|sekret/);
  });

  test("has nothing to say of a good pair but how fast it fails over", async () => {
    write(node(254, "s3cret"), node(253, "s3cret"));
    const { code, stderr } = await lint();
    expect(code).toBe(0);
    expect(stderr).toBe(
      "10.0.0.100: crash of a.conf 2012 to 3012 ms, graceful stop 12 ms without an answer (E17, as the protocol predicts)\nno problem\n",
    );
  });

  test("warns of a failover slower than wanted, without failing", async () => {
    write(node(254, "s3cret"), node(253, "s3cret"));
    const { code, stdout } = await lint("--target-failover", "1s", "--json");
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.findings).toMatchObject([{ severity: "warning", rule: "E17" }]);
    expect(report.findings[0].places.map(({ file }: { file: string }) => file)).toEqual(["a.conf", "b.conf"]);
    expect(report.predictions).toMatchObject([{ vip: "10.0.0.100", crashMost: 3011.72 }]);
    expect(report.elections[0].rows).toHaveLength(4);
  });

  test("names every file that cannot be read", async () => {
    const argv = ["check", "--keepalived", "none.conf", "none-b.conf"];
    const { code, stderr } = await runCli(argv, { cwd: folder, env });
    expect(code).toBe(1);
    expect(stderr).toContain("none.conf cannot be read");
    expect(stderr).toContain("none-b.conf cannot be read");
  });

  test("has no error for any pair that the definition renders without a warning", {
    timeout: 120_000,
  }, async () => {
    const lintPair = async (input: unknown) => {
      const { stack, warnings } = checkStack(input);
      for (const pair of stack.pairs) {
        const [a, b] = pair.nodes.map((member) => {
          const { files, secretNames } = render(pair, member.name, binary);
          const secrets = Object.fromEntries(secretNames.map((name) => [name, "s3cret"]));
          return fillSecrets(files["keepalived.conf"]?.text ?? "", secrets);
        });
        write(a ?? "", b ?? "");
        const { stdout } = await lint("--json");
        const findings = JSON.parse(stdout).findings as { severity: string; message: string }[];
        const told = findings.filter(({ severity }) => warnings.length === 0 || severity === "error");
        expect(told.map(({ message }) => message)).toEqual([]);
      }
    };
    for (const scenario of Object.values(scenarios)) await lintPair(scenario);
    await fc.assert(fc.asyncProperty(validStack, lintPair), { numRuns: 40 });
  });
});

describe("tandem check --keepalived without what it needs", () => {
  test("says how to get tandemd", async () => {
    write(node(254, "s3cret"), node(253, "s3cret"));
    const nowhere = { TANDEM_BINARY: join(folder, "absent") };
    const argv = ["check", "--keepalived", "a.conf", "b.conf"];
    const { code, stderr } = await runCli(argv, { cwd: folder, env: nowhere });
    expect(code).toBe(1);
    expect(stderr).toContain("CLI_NO_TANDEMD");
    expect(stderr).toContain("npm run build:daemon");
  });

  test("refuses one file, or facts of machines for a stack", async () => {
    const one = await runCli(["check", "--keepalived", "a.conf"], { cwd: folder });
    expect(one).toMatchObject({ code: 64 });
    expect(one.stderr).toContain("two files are compared, 1 given");
    const facts = await runCli(["check", "dev", "--haproxy", "x.cfg"], { cwd: folder });
    expect(facts).toMatchObject({ code: 64 });
    expect(facts.stderr).toContain("--haproxy needs --keepalived");
  });

  test("explains its rules", async () => {
    const { code, stdout } = await runCli(["explain", "e03"], { cwd: folder });
    expect(code).toBe(0);
    expect(stdout).toContain("no set of failed checks moves it");
    expect(stdout).toContain("in a definition: STACK_WEIGHT_POWERLESS");
    const of = await runCli(["explain", "STACK_VRID_TWICE"], { cwd: folder });
    expect(of.stdout).toContain("rule E02 of the two-node lint");
  });
});

test("priorities that nobody chose are 254 and 253, less what positive weights add", () => {
  const instance = { name: "VI_1", virtualRouterId: 51, master: "a", vips: [{ address: "10.0.0.100/24" }] };
  const stackOf = (weight: number | undefined) => {
    const host = (name: string, last: number) => ({
      name,
      address: `10.0.0.${last}`,
      interface: "eth0",
      interfaceAddress: `10.0.0.${last}/24`,
    });
    const scripts = weight === undefined ? [] : [{ name: "chk", script: "/usr/bin/true", weight }];
    return parseStack({
      name: "s",
      pairs: [
        {
          name: "p",
          nodes: [host("a", 11), host("b", 12)],
          trackScripts: scripts,
          vrrpInstances: [{ ...instance, trackScripts: scripts.map(({ name }) => name) }],
        },
      ],
    });
  };
  const rendered = (weight: number | undefined) =>
    stackOf(weight).pairs.flatMap((pair) =>
      pair.nodes.map(({ name }) => {
        const text = render(pair, name, binary).files["keepalived.conf"]?.text ?? "";
        return Number(/^ {4}priority (\d+)$/m.exec(text)?.[1]);
      }),
    );
  expect(rendered(undefined)).toEqual([254, 253]);
  expect(rendered(-20)).toEqual([254, 253]);
  expect(rendered(0)).toEqual([254, 253]);
  expect(rendered(10)).toEqual([244, 243]);
});
