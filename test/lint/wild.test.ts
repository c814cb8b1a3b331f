import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { daemonCodes } from "../../src/diagnostics/index.ts";
import { daemonFindings } from "../../src/host/daemon-findings.ts";
import { missing } from "../render/originals.ts";

const built = missing(tandemd);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-wild-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

type Kind = "haproxy" | "keepalived";

/** What tandemd has to say of a file by itself. */
function findings(kind: Kind, text: string) {
  const file = join(folder, kind);
  writeFileSync(file, text);
  const argv = ["check", "--json", "--alone", `--${kind}`, file];
  const { stdout } = spawnSync(tandemd, argv, { encoding: "utf8" });
  return daemonFindings.parse(JSON.parse(stdout)).filter(({ severity }) => severity !== "note");
}

/** As real files have it: the mistake is told once with its code and a way out, and the file without it is not. */
function tells(kind: Kind, wanted: string, wrong: string, right: string): void {
  const [severity, code = ""] = wanted.split(" ");
  const told = findings(kind, wrong).filter((found) => found.code === code);
  expect(told.map((found) => found.severity)).toContain(severity);
  for (const { suggestion, line } of told) {
    expect(suggestion, wrong).toMatch(/\S/);
    expect(line).toBeGreaterThan(0);
  }
  expect(daemonCodes[code], code).toMatch(/\S/);
  expect(findings(kind, right).map((found) => `${found.code} ${found.message}`)).toEqual([]);
}

const times = " timeout connect 5s\n timeout client 5s\n timeout server 5s\n";
const defaults = `defaults\n mode http\n${times}`;
const front = "frontend f\n bind :80\n default_backend b\n";
const back = "backend b\n server s 127.0.0.1:81 check\n";
const good = defaults + front + back;
const tcp = (line: string) =>
  `${defaults}frontend f\n mode tcp\n bind :80\n${line} default_backend b\nbackend b\n mode tcp\n server s 127.0.0.1:81 check\n`;
const pool = (...lines: readonly string[]) => `${defaults}${front}backend b\n${lines.join("\n")}\n`;

describe.skipIf(built !== undefined)("a mistake of haproxy.cfg as real files have it", () => {
  test.each([
    [
      "an address bound twice",
      "warning haproxy/double-bind",
      `${good}frontend g\n bind :80\n default_backend b\n`,
      good,
    ],
    [
      "a copied server line",
      "error haproxy/duplicate-name",
      `${good} server s 127.0.0.1:82 check\n`,
      `${good} server t 127.0.0.1:82 check\n`,
    ],
    [
      "a frontend as the backend",
      "error haproxy/unknown-backend",
      good.replace("default_backend b", "default_backend f"),
      good,
    ],
    [
      "a parameter of servers on a line of its own",
      "error haproxy/unknown-keyword",
      `${good} rise 3\n`,
      good.replace("check", "check rise 3"),
    ],
    [
      "a comment of another language",
      "error haproxy/extra-words",
      good.replace("connect 5s", "connect 5s // five"),
      good.replace("connect 5s", "connect 5s # five"),
    ],
    [
      "a timeout without a value",
      "error haproxy/missing-value",
      good.replace("mode http\n", "mode http\n timeout queue\n"),
      good.replace("mode http\n", "mode http\n timeout queue 5s\n"),
    ],
    [
      "a name server without a name",
      "error haproxy/missing-value",
      `${good}resolvers r\n nameserver 192.0.2.53:53\n`,
      `${good}resolvers r\n nameserver dns1 192.0.2.53:53\n`,
    ],
    [
      "servers without a count",
      "error haproxy/bad-value",
      pool(" server-template s example.com:80 check"),
      pool(" server-template s 2 example.com:80 check"),
    ],
    [
      "a header's name with a colon",
      "error haproxy/bad-header-name",
      `${good} http-request set-header X-A: b\n`,
      `${good} http-request set-header X-A b\n`,
    ],
    ["a redirect in mode tcp", "warning haproxy/mode-mismatch", tcp(" redirect scheme https\n"), tcp("")],
    [
      "rules about requests in mode tcp",
      "warning haproxy/mode-mismatch",
      tcp(" http-request deny\n"),
      tcp(""),
    ],
    [
      "the log of requests in mode tcp",
      "warning haproxy/mode-mismatch",
      tcp(" option httplog\n"),
      tcp(" option tcplog\n"),
    ],
    [
      "a check that no server has",
      "warning haproxy/no-check",
      pool(" option httpchk GET /", " server s 127.0.0.1:81"),
      pool(" option httpchk GET /", " server s 127.0.0.1:81 check"),
    ],
    [
      "several servers that nobody checks",
      "warning haproxy/no-check",
      pool(" server s 127.0.0.1:81", " server t 127.0.0.1:82"),
      pool(" server s 127.0.0.1:81 check", " server t 127.0.0.1:82 check"),
    ],
    [
      "a program that may not be run",
      "error haproxy/external-check",
      pool(" option external-check", " external-check command /bin/true", " server s 127.0.0.1:81 check"),
      good,
    ],
    ["no timeouts", "warning haproxy/no-timeout", good.replace(times, ""), good],
    ["a backend with nothing in it", "warning haproxy/no-server", pool(), good],
    [
      "minutes as min",
      "warning haproxy/bad-unit",
      good.replace("server 5s", "server 5min"),
      good.replace("server 5s", "server 5m"),
    ],
  ])("%s", (_, wanted, wrong, right) => tells("haproxy", wanted, wrong, right));
});

const router = (...lines: readonly string[]) =>
  [
    "vrrp_instance VI_1 {",
    "    state BACKUP",
    "    interface eth0",
    "    virtual_router_id 77",
    "    priority 100",
    ...lines.map((line) => `    ${line}`),
    "    virtual_ipaddress {",
    "        192.0.2.100/24",
    "    }",
    "}",
    "",
  ].join("\n");
const peers = (source: string, peer: string) =>
  router(`unicast_src_ip ${source}`, "unicast_peer {", `    ${peer}`, "}");
const password = (kind: string, text: string) =>
  router("authentication {", `    auth_type ${kind}`, `    auth_pass ${text}`, "}");
const script = (command: string, more = "") => `vrrp_script chk {\n    script "${command}"\n${more}}\n`;
const tracked = router("track_script {", "    chk", "}");
const checked = script("/bin/true") + tracked;

describe.skipIf(built !== undefined)("a mistake of keepalived.conf as real files have it", () => {
  test.each([
    [
      "a password of more than 8 bytes",
      "warning keepalived/long-password",
      password("PASS", "abcdefghijklm"),
      password("PASS", "x8Kq-2p"),
    ],
    [
      "semicolons from elsewhere",
      "error keepalived/bad-value",
      password("PASS;", "x8Kq-2p;"),
      password("PASS", "x8Kq-2p"),
    ],
    [
      "nopreempt with MASTER",
      "warning keepalived/nopreempt",
      router("nopreempt").replace("BACKUP", "MASTER"),
      router("nopreempt"),
    ],
    [
      "preempt_delay with MASTER",
      "warning keepalived/nopreempt",
      router("preempt_delay 30").replace("BACKUP", "MASTER"),
      router("preempt_delay 30"),
    ],
    [
      "nopreempt with a word behind it",
      "warning keepalived/extra-words",
      router("nopreempt true"),
      router("nopreempt"),
    ],
    [
      "a prefix length behind a peer",
      "warning keepalived/extra-words",
      peers("192.0.2.1", "192.0.2.2/24"),
      peers("192.0.2.1", "192.0.2.2"),
    ],
    [
      "itself as a peer",
      "error keepalived/peer-is-self",
      peers("192.0.2.1", "192.0.2.1"),
      peers("192.0.2.1", "192.0.2.2"),
    ],
    [
      "the virtual address as a peer",
      "error keepalived/peer-is-vip",
      peers("192.0.2.1", "192.0.2.100"),
      peers("192.0.2.1", "192.0.2.2"),
    ],
    ["two instances of one name", "error keepalived/duplicate-name", router() + router(), router()],
    ["a script given twice", "error keepalived/duplicate-name", script("/bin/false") + checked, checked],
    [
      "a script that is used above its definition",
      "error keepalived/unknown-script",
      tracked + script("/bin/true"),
      checked,
    ],
    [
      "a redirect without a shell",
      "warning keepalived/shell-syntax",
      script("</dev/tcp/127.0.0.1/80") + tracked,
      checked,
    ],
    [
      "an output sent away without a shell",
      "warning keepalived/shell-syntax",
      script("/bin/pidof nginx > /dev/null") + tracked,
      checked,
    ],
    [
      "a misspelt weight",
      "error keepalived/unknown-keyword",
      script("/bin/true", "    weigth 2\n") + tracked,
      script("/bin/true", "    weight 2\n") + tracked,
    ],
    [
      "a sync group without its group",
      "error keepalived/empty-group",
      `vrrp_sync_group G {\n    VI_1\n}\n${router()}`,
      router(),
    ],
    [
      "an instance's word among the globals",
      "error keepalived/unknown-keyword",
      `global_defs {\n    garp_master_delay 1\n}\n${router()}`,
      router("garp_master_delay 1"),
    ],
    [
      "intervals of 0 from the stock sample",
      "warning keepalived/bad-value",
      `global_defs {\n    vrrp_garp_interval 0\n}\n${router()}`,
      router(),
    ],
    ["a state in lower case", "error keepalived/bad-value", router().replace("BACKUP", "backup"), router()],
    [
      "a word of keepalived 1",
      "warning keepalived/removed",
      "virtual_server 192.0.2.100 80 {\n    nat_mask 255.255.255.0\n}\n",
      router(),
    ],
    [
      "a scheduler that is none",
      "error keepalived/bad-value",
      "virtual_server 192.0.2.100 80 {\n    lb_algo loadbalance\n}\n",
      router(),
    ],
  ])("%s", (_, wanted, wrong, right) => tells("keepalived", wanted, wrong, right));
});
