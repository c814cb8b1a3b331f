import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { sarifLog } from "../../src/cli/check/sarif.ts";
import { explainCode, type Problem } from "../../src/diagnostics/index.ts";
import { syntaxSchema } from "../../src/import/index.ts";
import { lintFiles } from "../../src/lint/index.ts";
import { checkStack } from "../../src/stack/index.ts";
import { runCli } from "../cli/run-cli.ts";
import { missing } from "../render/originals.ts";
import { instanceWith } from "../stack/sample.ts";
import { sarifSchema } from "./sarif-schema.ts";

const built = missing(tandemd);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-single-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Codes that one file gives, each with its line. */
function codes(kind: "haproxy" | "keepalived", text: string): string[] {
  const file = join(folder, kind);
  writeFileSync(file, `${text}\n`);
  const { stdout } = spawnSync(tandemd, ["parse", `--${kind}`, file], { encoding: "utf8" });
  return lintFiles(syntaxSchema.parse(JSON.parse(stdout))).map(
    ({ code, where }) => `${code} ${where?.kind === "file" ? where.line : ""}`,
  );
}

const page = (...lines: readonly string[]) =>
  ["listen st", " bind *:9000", " stats enable", ...lines.map((line) => ` ${line}`)].join("\n");
const server = (line: string) => `backend b\n server s 10.0.0.1:443 ${line}`;

describe.skipIf(built !== undefined)("a mistake that one file shows", () => {
  test.each([
    ["LINT_STATS_OPEN 3", page(), page("stats auth ops:x8Kq-2p")],
    ["LINT_STATS_OPEN 4", page("stats admin if TRUE"), page("http-request deny unless { src 10.0.0.0/8 }")],
    ["LINT_STATS_PASSWORD 4", page("stats auth admin:admin"), page("stats auth admin:x8Kq-2p")],
    ["LINT_SERVER_UNVERIFIED 2", server("ssl verify none"), server("ssl verify required ca-file /ca.pem")],
    ["LINT_ALPN_CLEAR 2", "frontend f\n bind *:80 alpn h2", "frontend f\n bind *:80 ssl crt /a.pem alpn h2"],
    [
      "LINT_VARIABLE_BARE 2",
      "frontend f\n bind *:443 ssl crt $CERT",
      'frontend f\n bind "*:${PORT}" ssl crt "$CERT"\n bind $ADDRESS:80',
    ],
    [
      "LINT_SOCKET_OPEN 2",
      "global\n stats socket /run/x.sock mode 666 level admin",
      "global\n stats socket /run/x.sock mode 660 level admin\n stats socket /run/y.sock mode 666 level user",
    ],
    [
      "LINT_RULE_ORDER 4",
      "frontend f\n bind *:80\n use_backend a if { path /a }\n http-request deny if { path /b }\n http-request deny if { path /c }",
      "frontend f\n bind *:80\n tcp-request content accept\n http-request deny if { path /b }\n use_backend a if { path /a }",
    ],
    [
      "LINT_RULE_ORDER 3",
      "frontend f\n http-request deny if { path /b }\n tcp-request connection reject if { src 10.0.0.1 }",
      "frontend f\n tcp-request connection reject if { src 10.0.0.1 }\n http-request deny if { path /b }",
    ],
    [
      "LINT_NOT_CONFIGURATION 2",
      "backend b\n server {{ name }} {{ address }}:80\n server {{ other }} {{ address }}:80",
      "backend b\n http-request set-header x-a %{+Q}[path] if { path /a } { method GET }",
    ],
    ["LINT_NOT_CONFIGURATION 2", "backend b\n {% for server in servers %}", "backend b\n balance roundrobin"],
    [
      "LINT_NOT_CONFIGURATION 1",
      "root@lb1:~# cat haproxy.cfg\nbackend b",
      "# root@lb1:~# cat haproxy.cfg\nbackend b",
    ],
    [
      "LINT_MODE_NOT_HTTP 4",
      "defaults\n mode http\nbackend db\n server a 10.0.0.1:3306 check",
      "defaults tcp\n mode tcp\ndefaults web\n mode http\nbackend db from tcp\n server a 10.0.0.1:3306 check\nbackend cache\n mode tcp\n server a 10.0.0.1:6379 check\nbackend web\n server a 10.0.0.1:8080 check",
    ],
    [
      "LINT_MODE_NOT_HTTP 5",
      "defaults\n mode tcp\nlisten db\n mode http\n server a 10.0.0.1:5432 check",
      "listen db\n server a 10.0.0.1:5432 check",
    ],
  ])("%s", (code, fails, passes) => {
    expect(codes("haproxy", fails)).toEqual([code]);
    expect(codes("haproxy", passes)).toEqual([]);
    expect(explainCode(code.split(" ")[0] ?? "")).toBeDefined();
  });

  const instance = (line: string) => `vrrp_instance VI_1 {\n    ${line}\n    higher_prio_send_advert true\n}`;
  const script = (command: string) => `vrrp_script chk {\n    script "${command}"\n}`;

  test.each([
    ["LINT_VRID_SAMPLE 2", instance("virtual_router_id 51"), instance("virtual_router_id 77")],
    [
      "LINT_NAME_SAMPLE 2",
      "global_defs {\n    router_id LVS_DEVEL\n}",
      "global_defs {\n    router_id lb-a\n}",
    ],
    [
      "LINT_PASSWORD_SAMPLE 3",
      instance("authentication {\n        auth_pass 1111\n    }"),
      instance("authentication {\n        auth_pass x8Kq-2p\n    }"),
    ],
    [
      "LINT_HEAL_SILENT 1",
      "vrrp_instance VI_1 {\n    priority 100\n}",
      "vrrp_instance VI_1 {\n    garp_master_refresh 10\n}\nvrrp_instance VI_2 {\n    higher_prio_send_advert true\n}",
    ],
    [
      "LINT_REALTIME_LIMIT 2",
      "global_defs {\n    vrrp_rt_priority 50\n}",
      "global_defs {\n    vrrp_rt_priority 50\n    vrrp_rlimit_rttime 1000000\n}",
    ],
    [
      "LINT_REAL_UNCHECKED 2",
      "virtual_server 10.0.0.100 80 {\n    real_server 10.0.0.21 80 {\n        weight 1\n    }\n}",
      "virtual_server 10.0.0.100 80 {\n    real_server 10.0.0.21 80 {\n        TCP_CHECK {\n            connect_timeout 3\n        }\n    }\n}",
    ],
    [
      "LINT_LVS_SAMPLE 2",
      "virtual_server 10.0.0.100 80 {\n    persistence_timeout 0\n}",
      "virtual_server 10.0.0.100 80 {\n    persistence_timeout 50\n}",
    ],
    [
      "LINT_LVS_SAMPLE 2",
      "virtual_server 10.0.0.100 80 {\n    lb_kind nat\n}",
      "virtual_server 10.0.0.100 80 {\n    lb_kind NAT\n}",
    ],
    [
      "LINT_LVS_SAMPLE 3",
      "virtual_server 10.0.0.100 80 {\n    real_server 10.0.0.21 80 {\n        TCP_CHECK {\n            nb_get_retry 3\n        }\n    }\n}",
      "virtual_server 10.0.0.100 80 {\n    real_server 10.0.0.21 80 {\n        TCP_CHECK {\n            retry 3\n        }\n    }\n}",
    ],
    [
      "LINT_NOT_CONFIGURATION 2",
      `global_defs {\n<<<<<<< HEAD\n    router_id a\n=======\n    router_id b\n>>>>>>> main\n}`,
      "global_defs {\n    router_id a\n}",
    ],
    [
      "LINT_NOT_CONFIGURATION 1",
      "[root@lb1 ~]# cat /etc/keepalived/keepalived.conf\nglobal_defs {\n    router_id a\n}",
      "! root@lb1\nglobal_defs {\n    notification_email {\n        root@example.com\n    }\n}",
    ],
    ["LINT_NOT_CONFIGURATION 2", instance("priority {{ priority }}"), instance("priority 100")],
    ["LINT_ADVERT_FLAPS 2", instance("advert_int 0.01"), instance("advert_int 0.1")],
    ["LINT_CHECK_SHALLOW 2", script("killall -0 nginx"), script("curl -fsm1 http://127.0.0.1/")],
  ])("%s", (code, fails, passes) => {
    expect(codes("keepalived", fails)).toEqual([code]);
    expect(codes("keepalived", passes)).toEqual([]);
    expect(explainCode(code.split(" ")[0] ?? "")).toBeDefined();
  });
});

describe.skipIf(built !== undefined)("tandem check --keepalived", () => {
  const router = (priority: number) =>
    `vrrp_instance VI_1 {\n    state BACKUP\n    interface eth0\n    virtual_router_id 51\n    higher_prio_send_advert true\n    priority ${priority}\n    virtual_ipaddress {\n        10.0.0.100/24\n    }\n}\n`;
  const run = (...more: string[]) => {
    writeFileSync(join(folder, "a.conf"), router(100));
    writeFileSync(join(folder, "b.conf"), router(100));
    const env = { TANDEM_BINARY: tandemd };
    return runCli(["check", "--keepalived", "a.conf", "b.conf", ...more], { cwd: folder, env });
  };

  test("prints SARIF 2.1.0: each result has its rule, a level, a text and a place, and silences their reason", async () => {
    const { stdout } = await run("--sarif", "--silence", "LINT_VRID_SAMPLE=alone on its segment");
    const log = sarifSchema.parse(JSON.parse(stdout));
    const [{ tool, results }] = log.runs;
    expect(results.map(({ ruleId }) => ruleId).sort()).toEqual([
      "E05",
      "LINT_VRID_SAMPLE",
      "LINT_VRID_SAMPLE",
    ]);
    for (const { ruleId, ruleIndex, locations, suppressions } of results) {
      expect(tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(locations[0]?.physicalLocation?.artifactLocation.uri).toMatch(/^[ab]\.conf$/);
      expect(locations[0]?.physicalLocation?.region).toBeDefined();
      if (ruleId === "E05") expect(suppressions).toBeUndefined();
      else expect(suppressions).toEqual([{ kind: "external", justification: "alone on its segment" }]);
    }
  });

  test("SARIF has a form for every kind of place, and no finding is no result", () => {
    const finding = (where: Problem["where"], also: readonly Problem["where"][] = []) => ({
      code: "E05",
      severity: "warning" as const,
      message: "both nodes have priority 100",
      ...(where === undefined ? {} : { where }),
      also,
    });
    const line = { kind: "file", file: "/srv/a b/ä.conf", line: 3 } as const;
    const places = [
      finding(line, [{ kind: "file", file: "b.conf", line: 4, column: 2 }]),
      finding({ kind: "path", path: ["pairs", 0, "nodes"] }),
      finding({ kind: "host", host: "lb-a" }),
      finding(undefined),
    ];
    const [{ results }] = sarifSchema.parse(sarifLog(places, "stacks/dev.ts")).runs;
    expect(results[0]?.locations[0]?.physicalLocation?.artifactLocation.uri).toBe(
      "file:///srv/a%20b/%C3%A4.conf",
    );
    expect(results[0]?.relatedLocations?.[0]?.physicalLocation?.region).toEqual({
      startLine: 4,
      startColumn: 2,
    });
    expect(sarifSchema.parse(sarifLog([], "dev.ts")).runs[0].results).toEqual([]);
  });

  test("tells what the proxy says of its file, by its own codes, which can be silenced", async () => {
    const text =
      "defaults\n mode http\n timeout connect 5s\n timeout client 5s\n timeout server 5s\nfrontend f\n mode tcp\n bind :80\n redirect scheme https\n default_backend b\nbackend b\n mode tcp\n server s 127.0.0.1:81\n server t 127.0.0.1:82\n";
    writeFileSync(join(folder, "haproxy.cfg"), text);
    const { code, stderr } = await run(
      "--haproxy",
      "haproxy.cfg",
      "--silence",
      "haproxy/no-check=dead is dead",
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^haproxy\.cfg:9:\d+: warning\[haproxy\/[\w-]+\]: rules about HTTP never apply in mode tcp/m,
    );
    expect(stderr).toMatch(/silenced\[haproxy\/no-check\]: no server of backend 'b' is checked/);
    writeFileSync(join(folder, "haproxy.cfg"), "frontend f\n bond :80\n");
    const broken = await run("--haproxy", "haproxy.cfg", "--sarif");
    expect(broken.code).toBe(3);
    const [{ results }] = sarifSchema.parse(JSON.parse(broken.stdout)).runs;
    expect(results.map(({ level, ruleId }) => `${level} ${ruleId}`)).toContain(
      "error haproxy/unknown-keyword",
    );
  });

  test("shows what is silenced with its reason, and what nothing needs any more", async () => {
    const { stderr } = await run(
      "--silence",
      "e05=equal by design",
      "--silence",
      "LINT_VRID_SAMPLE=alone",
      "--silence",
      "LINT_STATS_OPEN=inside only",
    );
    expect(stderr).toMatch(/^silenced\[E05\]: .*\n {2}reason: equal by design$/m);
    expect(stderr).toMatch(/^a\.conf:4:\d+: silenced\[LINT_VRID_SAMPLE\]: /m);
    expect(stderr).toContain(
      "note: nothing says LINT_STATS_OPEN any more, so its silence can go (inside only)",
    );
    expect(stderr).toContain("no problem");
    const wrong = await run("--silence", "E05");
    expect([wrong.code, wrong.stderr]).toEqual([64, expect.stringContaining("CLI_CHECK_WHAT")]);
    expect((await run("--silence", "E99=x")).code).toBe(64);
  });
});

test("a definition keeps its silences, and warnings that they name are not told at a deployment", () => {
  const owner = instanceWith({ members: { "lb-a": { priority: 255 } } });
  expect(checkStack(owner).warnings.map(({ code }) => code)).toEqual(["STACK_PRIORITY_OWNER"]);
  const silences = [{ code: "STACK_PRIORITY_OWNER", reason: "the address is lb-a's own" }];
  expect(checkStack({ ...owner, silences }).warnings).toEqual([]);
  expect(() => checkStack({ ...owner, silences: [{ code: "STACK_PRIORITY_OWNER", reason: " " }] })).toThrow(
    "reason",
  );
});
