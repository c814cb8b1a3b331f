import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pulumi, tandemd } from "../../../lab/setup/paths.ts";
import type { PairInput } from "../../../src/stack/index.ts";
import { NAMES } from "./pair.ts";
import { Planted } from "./planted.ts";

const ready = existsSync(tandemd) && existsSync(pulumi());

let planted: Planted;

/** A port of the hosts that somebody has: nobody knows before the switch. */
const taken = (pair: PairInput): PairInput => ({
  ...pair,
  frontends: [
    ...(pair.frontends ?? []),
    { name: "taken", mode: "http", binds: [{ address: "127.0.0.1", port: 9999 }], defaultBackend: "web" },
  ],
});

/** Secrets that the definition's own checks refuse. */
function unfit(pair: PairInput): PairInput {
  const [instance] = pair.vrrpInstances;
  if (instance === undefined) throw new RangeError("the pair has an instance");
  const value = planted.word("password that does not fit");
  const word = (text: string) => ({ kind: "plain", value: text, values: text }) as const;
  return {
    ...pair,
    vrrpInstances: [{ ...instance, authentication: { kind: "PASS", password: word(value) } }],
    statistics: { users: [{ name: "admin", password: { kind: "plain", value: `${value} "#` } }] },
  } as unknown as PairInput;
}

/** Runs a command; what it printed, which has to have something and must not have any of the planted words. */
async function shown(line: string, something: string | RegExp): Promise<string> {
  const { stdout, stderr } = await planted.run(...line.split(" "));
  const text = `${stdout}${stderr}`;
  expect(text).toMatch(something);
  expect(planted.leaksIn(text), line).toEqual([]);
  return text;
}

beforeAll(async () => {
  if (!ready) return;
  planted = await Planted.start();
  planted.write("dev");
  planted.write("bad", unfit);
  planted.project.write(
    "rollout.ts",
    'import { stack } from "./stacks/dev.ts";\nexport const rollout = { name: "edge", stages: [{ name: "test", stack }] };\n',
  );
});
afterAll(() => planted?.stop());

describe.skipIf(!ready)(
  `planted secrets (${ready ? "real Pulumi, sshd and daemon" : "skipped: pulumi or dist/tandemd is not built"})`,
  () => {
    it("are in no event, log, report, state and process list of a rollout", async () => {
      const argv = ["rollout", "run", "--yes", "--json", "--log", "good.log", "--report", "good.html"];
      const [{ code, stdout, stderr }, processes] = await planted.processesDuring(
        ["systemctl", "pulumi-resource-tandem", "provider/main"],
        () => planted.run(...argv),
      );
      expect(code, stderr).toBe(0);
      expect(processes).toContain("systemctl");
      expect(processes).toMatch(/pulumi-resource-tandem|provider\/main/);
      const written = [planted.file("good.log"), planted.file("good.html"), planted.state()];
      for (const text of [stdout, stderr, processes, ...written]) expect(planted.leaksIn(text)).toEqual([]);
    }, 300_000);

    it("are in nothing that a rollout tells of a host that refuses in the middle", async () => {
      planted.write("dev", taken);
      const argv = ["rollout", "run", "--yes", "--json", "--log", "bad.log", "--report", "bad.html"];
      const { code, stdout, stderr } = await planted.run(...argv);
      planted.write("dev");
      expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("HOST_SWITCH_FAILED") });
      for (const text of [stdout, stderr, planted.file("bad.log"), planted.file("bad.html"), planted.state()])
        expect(planted.leaksIn(text)).toEqual([]);
    }, 300_000);

    it("are in no form in which a definition and its mistakes are shown", async () => {
      await shown("render dev", "@@secret:");
      await shown("render dev --json", "@@secret:");
      await shown("check dev", /no problem|warning/);
      await shown("check dev --json", '"problems"');
      await shown("graph dev", "flowchart");
      const text = await shown("check bad", /error\[STACK_[A-Z_]+\]/);
      expect(text).toMatch(/password/);
      await shown("check bad --json", '"STACK_');
      await shown("check bad --sarif", "sarif-2.1.0");
      await shown("diff bad", /error\[STACK_/);
    }, 120_000);

    it("are in no view of hosts that serve", async () => {
      await shown("status dev", /^edge: /m);
      await shown("status dev --json", '"effectivePriority"');
      await shown("top dev --once", /VI_1 {2}held by/);
      await shown("top dev --json", '"runtimeSocket"');
      await shown("doctor --stack dev", /lb-a: Linux/);
      await shown("doctor --stack dev --json", '"subject": "lb-a"');
      await shown("diff dev", "in sync lb-a");
      await shown("rollout status", "verified: release");
      await shown("rollout plan --json", '"verified"');
      planted.write("drilled", (pair) => ({
        ...pair,
        drill: { faults: ["handover"], maxOutage: "10s", probe: { kind: "tcp" }, from: "lb-b" },
      }));
      await shown("drill drilled --yes --json", /passed: handover/);
    }, 120_000);

    it("nor are those that somebody wrote on a host by hand, in any form of drift, difference and adoption", async () => {
      const byHand = planted.word("password set by hand on a host");
      await planted.pair.machines["lb-b"].sh(
        `cd /etc/tandem/current; sed -i 's/auth_pass .*/auth_pass ${byHand}/' keepalived.conf
         sed -i '/^ *timeout client/a\\    stats auth admin:${byHand}' haproxy.cfg`,
      );
      await shown("drift --stack test --html drift.html --textfile drift.prom", "@@secret: changed@@");
      await shown("drift --stack test --json", "@@secret: changed@@");
      for (const name of ["drift.html", "drift.prom"])
        expect(planted.leaksIn(planted.file(name))).toEqual([]);
      await shown("adopt --stack test", "a secret in keepalived.conf is another one");
      await shown("adopt --stack test --json", '"rest"');
      await shown("diff dev", "@@secret: changed@@");
      await shown("diff dev --json", "@@secret: changed@@");
    }, 120_000);

    it("nor are those of files that are imported: the list names places, the stack file is its owner's alone", async () => {
      const word = planted.word("password of an imported file");
      const keepalived = `vrrp_instance VI_1 {\n  interface eth0\n  virtual_router_id 51\n  authentication {\n    auth_type PASS\n    auth_pass ${word}\n  }\n  virtual_ipaddress {\n    10.77.0.100/24\n  }\n}\n`;
      const haproxy = `userlist ops\n  user ann insecure-password ${word}\nfrontend web\n  bind 10.77.0.100:80\n  stats auth admin:${word}\n  http-request set-header x-key ${word} if unknown_acl\n`;
      const known = NAMES.map((name) => {
        const { dir, relay } = planted.pair.machines[name];
        return `[127.0.0.1]:${relay.port} ${readFileSync(join(dir, "host_key.pub"), "utf8")}`;
      });
      planted.project.write("known_hosts", known.join(""));
      for (const name of NAMES) {
        const { machines } = planted.pair;
        await machines[name].sh(`mkdir -p /etc/keepalived /etc/haproxy
cat >/etc/keepalived/keepalived.conf <<'END'\n${keepalived}END
cat >/etc/haproxy/haproxy.cfg <<'END'\n${haproxy}END`);
      }
      const hosts = NAMES.map(
        (name) => `--host ${name}=root@127.0.0.1:${planted.pair.machines[name].relay.port}`,
      );
      const identity = join(planted.pair.machines["lb-a"].dir, "id");
      const line = `import live --force ${hosts.join(" ")} --identity ${identity} --known-hosts known_hosts`;
      await shown(line, "IMPORT_SECRET");
      await shown(`${line} --json`, "IMPORT_SECRET");
      planted.project.write("haproxy.cfg", haproxy);
      await shown("import here --force --haproxy haproxy.cfg", "IMPORT_");
    }, 120_000);
  },
);
