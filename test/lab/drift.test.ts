import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createLab, type Lab, setupOf, until } from "../../lab/index.ts";
import type { DriftReport } from "../../src/cli/drift/finding.ts";
import { openHost, SshShell } from "../../src/host/index.ts";
import { fromRelease } from "../../src/provider/node/inputs.ts";
import { type Release, render } from "../../src/render/index.ts";
import { parseStack } from "../../src/stack/index.ts";
import { defineLabStack } from "../../stacks/lab/setup.ts";
import { runCli } from "../cli/run-cli.ts";
import { rootOf } from "./connection.ts";

const binary = process.env.TANDEM_BINARY ?? new URL("../../dist/tandemd", import.meta.url).pathname;
const built = existsSync(binary);
const NAMES = ["lb-a", "lb-b"] as const;

type Engine = "tandemd" | "distro";

let engine: Engine = "tandemd";
let lab: Lab;
let folder: string;
let vip: string;

beforeAll(async () => {
  if (!built) return;
  folder = mkdtempSync(join(tmpdir(), "tandem-drift-"));
  lab = await createLab({
    hosts: [
      { name: "lb-a", role: "debian-lb" },
      { name: "lb-b", role: "debian-lb" },
      { name: "web-1", role: "web" },
    ],
  });
  vip = `${lab.vips[0]}/24`;
  writeFileSync(join(folder, "pulumi"), `#!/bin/sh\nexec cat ${folder}/state.json\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
});

afterAll(async () => {
  await lab?.down();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

/** Has the pair run on an engine, and Pulumi's state tell so. */
async function deploy(which: Engine): Promise<void> {
  engine = which;
  const releases = NAMES.map(releaseOf);
  for (const release of [...releases].reverse()) {
    const host = openHost(rootOf(lab, release.node));
    await host.apply(release, { secrets: {}, binaryPath: binary, owner: "alice@desk pid 1" });
    await host.close();
  }
  const resources = releases.map((release) => ({
    urn: `urn:pulumi:test::lab::tandem:index:Node::${release.node}`,
    type: "tandem:index:Node",
    inputs: { ...fromRelease(release), connection: rootOf(lab, release.node), secrets: {} },
  }));
  writeFileSync(join(folder, "state.json"), JSON.stringify({ deployment: { resources } }));
}

function releaseOf(name: string): Release {
  const [pair] = parseStack(defineLabStack({ ...setupOf(lab), engine })).pairs;
  if (pair === undefined) throw new Error("the lab's stack has no pair");
  const sha256 = createHash("sha256").update(readFileSync(binary)).digest("hex");
  return render(pair, name, { sha256, version: "0.1.0" });
}

async function drift(): Promise<{ readonly code: number; readonly found: DriftReport["drift"] }> {
  const { code, stdout, stderr } = await runCli(["drift", "--json"], {
    cwd: folder,
    env: { TANDEM_PULUMI: join(folder, "pulumi") },
  });
  expect(stdout, stderr).not.toBe("");
  const { stacks } = JSON.parse(stdout) as { readonly stacks: readonly [DriftReport] };
  return { code, found: stacks[0].drift };
}

const said = (found: DriftReport["drift"]): string[] =>
  found.map(({ node, kind, message }) => `${node ?? "pair"} ${kind}: ${message}`);

async function byHand(name: string, script: string): Promise<void> {
  const shell = new SshShell(rootOf(lab, name));
  try {
    const ran = await shell.run(["sh", "-ec", script]);
    expect(ran.exitCode, ran.stderr).toBe(0);
  } finally {
    await shell.close();
  }
}

/** Until a look finds all of it: elections and systemd take a moment. */
const untilFound = (what: string, ...wanted: readonly RegExp[]): Promise<DriftReport["drift"]> =>
  until(what, 30_000, async () => {
    const { found } = await drift();
    const lines = said(found);
    return wanted.every((one) => lines.some((line) => one.test(line))) ? found : undefined;
  });

const engines: readonly Engine[] = ["tandemd", "distro"];

describe.skipIf(!built).each(engines)("drift of a real pair, engine %s (needs dist/tandemd)", (which) => {
  beforeAll(() => deploy(which));

  it("is none when nobody altered anything", async () => {
    const settled = await until("the pair has settled", 30_000, async () => {
      const look = await drift();
      return look.found.length === 0 ? look : undefined;
    });
    expect(settled.code).toBe(0);
  });

  it("is found in what the kernel, systemd, the filter, the files and the service have", async () => {
    await byHand(
      "lb-b",
      `sysctl -qw net.ipv4.ip_nonlocal_bind=0
       echo 'net.ipv4.ip_nonlocal_bind = 0' >/etc/sysctl.d/99-local.conf
       systemctl disable tandem.service
       sed -i 's/balance roundrobin/balance leastconn/' /etc/tandem/current/haproxy.cfg
       nft add table inet tandem
       nft 'add chain inet tandem byhand { type filter hook input priority 0; }'
       ip address add ${vip} dev eth0`,
    );
    const found = await untilFound(
      "all of it",
      /^lb-b sysctl: sysctl net\.ipv4\.ip_nonlocal_bind is 0, not 1$/,
      /^lb-b sysctl-boot: net\.ipv4\.ip_nonlocal_bind will be 0 after a boot, not 1: \/etc\/sysctl\.d\/99-local\.conf/,
      /^lb-b service: the service is not enabled$/,
      /^lb-b file: haproxy\.cfg was changed$/,
      /^lb-b running-config: the service runs another text than haproxy\.cfg has$/,
      /^lb-b firewall: the rules of table inet tandem are not those of the release$/,
      /^lb-b address-foreign: eth0 has the virtual address /,
    );
    expect(found.filter(({ node }) => node === "lb-a")).toEqual([]);
    const edited = found.find(({ kind }) => kind === "file");
    expect(Math.abs(Date.now() - Date.parse(edited?.since ?? ""))).toBeLessThan(120_000);
    expect(edited?.who.join()).toMatch(/root from [\d.]+/);
    // A backup that had to lead for a moment has taken the address away itself.
    await byHand(
      "lb-b",
      `rm /etc/sysctl.d/99-local.conf; sysctl -qw net.ipv4.ip_nonlocal_bind=1; systemctl enable tandem.service
       sed -i 's/balance leastconn/balance roundrobin/' /etc/tandem/current/haproxy.cfg
       ip address del ${vip} dev eth0 || ! ip address show dev eth0 | grep -F ' ${vip} '
       systemctl reload tandem.service`,
    );
    await until("lb-b is as it was", 30_000, async () =>
      (await drift()).found.length === 0 ? true : undefined,
    );
  });

  it("is found in who is master: two where a rule keeps adverts away", async () => {
    const block =
      "nft 'add table ip byhand; add chain ip byhand input { type filter hook input priority 0; }; add rule ip byhand input ip protocol vrrp drop'";
    for (const name of NAMES) await byHand(name, block);
    await untilFound(
      "two masters",
      /^pair two-masters: VRRP instance \S+ has 2 masters/,
      /^lb-a firewall: a rule that was not deployed keeps adverts away: table ip byhand:/,
    );
    for (const name of NAMES) await byHand(name, "nft delete table ip byhand");
    await until("one of them gives way", 30_000, async () =>
      (await drift()).found.length === 0 ? true : undefined,
    );
  });

  it("is found in a stopped service and an altered executable, with the time", async () => {
    const sha256 = releaseOf("lb-b").binary.sha256;
    await byHand("lb-b", `systemctl stop tandem.service; printf x >>/opt/tandem/bin/tandemd-${sha256}`);
    const found = await untilFound(
      "both",
      /^lb-b service: the service is not active$/,
      /^lb-b binary: tandemd \S+ was altered on the host$/,
    );
    for (const kind of ["service", "binary"])
      expect(
        Math.abs(Date.now() - Date.parse(found.find((one) => one.kind === kind)?.since ?? "")),
      ).toBeLessThan(120_000);
  });
});
