import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFile } from "../../lab/baseline/debian-pair.ts";
import { AskingClient, losses } from "../../lab/demo/client.ts";
import { journals, ofBothEngines } from "../../lab/demo/journals.ts";
import { createLab, type Lab, until } from "../../lab/index.ts";
import { repository, tandemd } from "../../lab/setup/paths.ts";
import { runCli } from "../cli/run-cli.ts";
import { type CliResult, Project } from "../integration/provider/project.ts";

// A pair that somebody has set up by hand on Debian's packages, as the handbooks do: taken over by Tandem's own
// daemon, put back on the packages as engine, and given back, while a client goes on asking.
let lab: Lab;
let project: Project;
let vip: string;
let untouched: readonly string[];
const NAMES = ["lb-a", "lb-b"] as const;

const haproxy = () => `global
    log /dev/log local0
    maxconn 4000
    user haproxy
    group haproxy

defaults
    log global
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s

frontend www
    bind ${vip}:80
    default_backend web

backend web
    balance roundrobin
    option httpchk GET /
    http-check expect status 200
    server web-1 ${lab.host("web-1").address}:80 check inter 500 rise 1 fall 2
    server web-2 ${lab.host("web-2").address}:80 check inter 500 rise 1 fall 2
`;

const keepalived = (state: string, priority: number) => `global_defs {
    router_id ${state}
}

vrrp_instance VI_1 {
    state ${state}
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass s3cret
    }
    virtual_ipaddress {
        ${vip}/24
    }
}
`;

const shell = async (host: string, script: string): Promise<string> =>
  (await lab.exec(host, ["sh", "-c", script], { allowFailure: true })).stdout.trim();

/** What an operator would see of the packages: files, units and what runs. */
const state = (host: string) =>
  shell(
    host,
    `sha256sum /etc/haproxy/* /etc/keepalived/* 2>/dev/null; ls /run/systemd/system /etc/systemd/system /var/lib/tandem
     systemctl is-enabled haproxy keepalived; systemctl is-active haproxy keepalived; cat /proc/sys/net/ipv4/ip_nonlocal_bind`,
  );

async function holders(): Promise<string> {
  const held = await Promise.all(NAMES.map((name) => shell(name, `ip -o address show to ${vip}`)));
  return NAMES.filter((_, i) => held[i] !== "").join();
}
const holds = (name: string) =>
  until(`${name} holds the address alone`, 30_000, async () =>
    (await holders()) === name ? true : undefined,
  );

async function pulumi(...args: string[]): Promise<CliResult> {
  const result = await project.run(...args);
  expect(result.code, `pulumi ${args.join(" ")}\n${result.text}`).toBe(0);
  return result;
}

/** The program: the imported definition, with the keys of this lab. */
const program = (engine: string) =>
  project.write(
    "index.ts",
    `import { deploy } from "${repository}/src/provider/program.ts";
     import { stack } from "./stacks/shop.ts";
     const ssh = {
       authentication: [{ kind: "privateKeyFile" as const, path: "${lab.ssh.keyFile}" }],
       hostKey: { kind: "knownHosts" as const, path: "${lab.ssh.knownHostsFile}" },
     };
     const [pair] = stack.pairs;
     const [a, b] = pair.nodes;
     const nodes = [{ ...a, ssh }, { ...b, ssh }] as const;
     export const pairs = deploy({ ...stack, pairs: [{ ...pair, nodes, engine: "${engine}" }] } as never);\n`,
  );

/** Runs an update while a client asks, and tells what it lost: one at most for each time the address moves. */
async function updateUnderTraffic(what: string, moves: number): Promise<void> {
  const client = new AskingClient(lab, `http://${vip}/`, 10);
  const { text } = await pulumi("up", "--yes", "--skip-preview");
  const tally = await client.stop();
  console.log(
    `${what}: ${tally.asked} requests, ${tally.failed} lost, longest gap ${tally.longestGapMs.toFixed(0)} ms`,
  );
  expect(tally.asked).toBeGreaterThan(100);
  if (tally.failed <= moves) return;
  const said = await journals({ lab, balancers: NAMES }, ofBothEngines);
  expect.fail([losses(tally), text, ...said].join("\n"));
}

beforeAll(async () => {
  lab = await createLab({
    hosts: [
      ...NAMES.map((name) => ({ name, role: "debian-lb" as const })),
      { name: "web-1", role: "web" },
      { name: "web-2", role: "web" },
      { name: "client", role: "client" },
    ],
  });
  vip = lab.vips[0] ?? "";
  for (const [name, text] of [
    ["lb-a", keepalived("MASTER", 100)],
    ["lb-b", keepalived("BACKUP", 90)],
  ] as const) {
    await writeFile(lab, name, "/etc/haproxy/haproxy.cfg", haproxy());
    await writeFile(lab, name, "/etc/keepalived/keepalived.conf", text);
    await lab.exec(name, ["sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=1"]);
    await lab.exec(name, ["systemctl", "--quiet", "enable", "--now", "haproxy", "keepalived"]);
  }
  await holds("lb-a");
  untouched = await Promise.all(NAMES.map(state));
  project = new Project();
  await pulumi("stack", "init", "shop");
});

afterAll(async () => {
  project?.remove();
  await lab?.down();
});

describe("a pair that somebody has set up by hand", () => {
  it("is imported from its hosts while it runs", async () => {
    const hosts = NAMES.flatMap((name) => ["--host", `${name}=root@${lab.host(name).address}`]);
    const keys = ["--identity", lab.ssh.keyFile, "--known-hosts", lab.ssh.knownHostsFile];
    const { stdout, stderr } = await runCli(["import", "shop", ...hosts, ...keys], {
      cwd: project.folder,
      env: { TANDEM_BINARY: tandemd },
    });
    const file = join("stacks", "shop.ts");
    const text = readFileSync(join(project.folder, file), "utf8");
    expect(text, `${stdout}${stderr}`).toContain("takeOver: true");
    expect(text).toContain('master: "lb-a"');
    expect(text).not.toMatch(new RegExp(`extraAddresses:.*${vip}`));
    project.write(file, text.replace(/from "tandem-lb"/, `from "${repository}/src/index.ts"`));
    const [, key = ""] = /pulumi config set --secret ([\w.:-]+)/.exec(stderr) ?? [];
    await pulumi("config", "set", "--secret", key, "s3cret");
  });

  it("is taken over, backup first, without a lost request", async () => {
    program("tandemd");
    await updateUnderTraffic("takeover", 1);
    await holds("lb-a");
    for (const name of NAMES)
      expect(
        await shell(
          name,
          "systemctl is-active tandem haproxy keepalived; systemctl is-enabled haproxy keepalived",
        ),
      ).toBe("active\ninactive\ninactive\ndisabled\ndisabled");
  });

  it("changes its engine as any other rollout", async () => {
    program("distro");
    await updateUnderTraffic("tandemd to distro", 2);
    await holds("lb-a");
    for (const name of NAMES)
      expect(await shell(name, "systemctl is-active tandem haproxy keepalived; pgrep -c tandemd")).toBe(
        "active\nactive\nactive\n0",
      );
    await pulumi("preview", "--refresh", "--expect-no-changes");
  });

  it("shows on the packages what was altered by hand, and repairs it", async () => {
    await shell("lb-b", "sed -i 's/balance roundrobin/balance leastconn/' /etc/tandem/current/haproxy.cfg");
    await shell("lb-b", "sysctl -qw net.ipv4.ip_nonlocal_bind=0; systemctl stop keepalived.service");
    const preview = await pulumi("preview", "--refresh", "--diff");
    const update = preview.text.slice(preview.text.indexOf("(update)"));
    expect(update).toMatch(/-\s+balance leastconn/);
    expect(update).toMatch(/ip_nonlocal_bind"?\s*:\s*"0" => "1"/);
    expect(update).toMatch(/active\s*:\s*false => true/);
    await pulumi("up", "--yes", "--skip-preview");
    expect(
      await shell("lb-b", "systemctl is-active keepalived; cat /proc/sys/net/ipv4/ip_nonlocal_bind"),
    ).toBe("active\n1");
    await pulumi("preview", "--refresh", "--expect-no-changes");
  });

  it("goes back to Tandem's own daemon", async () => {
    program("tandemd");
    await updateUnderTraffic("distro to tandemd", 2);
    await holds("lb-a");
  });

  it("is what it was when it is destroyed", async () => {
    await pulumi("destroy", "--yes");
    expect(await Promise.all(NAMES.map(state))).toEqual(untouched);
    await holds("lb-a");
    expect(await shell("client", `curl -sS --max-time 3 http://${vip}/`)).toMatch(/^web-\d$/);
  });
});
