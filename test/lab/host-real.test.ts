import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ACCOUNTS } from "../../lab/demo/host-state.ts";
import { createLab, type Lab, setupOf, until } from "../../lab/index.ts";
import { type ApplyOptions, diffObservation, type Host, openHost } from "../../src/host/index.ts";
import { type Release, render } from "../../src/render/index.ts";
import { parseStack } from "../../src/stack/index.ts";
import { defineLabStack } from "../../stacks/lab/setup.ts";
import { rootOf } from "./connection.ts";

const binary = process.env.TANDEM_BINARY ?? new URL("../../dist/tandemd", import.meta.url).pathname;
const built = existsSync(binary);

let lab: Lab;
const hosts = new Map<string, Host>();

beforeAll(async () => {
  if (!built) return;
  lab = await createLab({
    hosts: [
      { name: "lb-a", role: "lb" },
      { name: "lb-b", role: "lb", sudo: "password" },
      { name: "web-1", role: "web" },
    ],
  });
});
afterAll(async () => {
  await Promise.all([...hosts.values()].map((host) => host.close()));
  await lab?.down();
});

function host(name: string): Host {
  const opened = hosts.get(name) ?? openHost(rootOf(lab, name));
  hosts.set(name, opened);
  return opened;
}

function release(name: string): Release {
  const [pair] = parseStack(defineLabStack(setupOf(lab))).pairs;
  if (pair === undefined) throw new Error("the lab's stack has no pair");
  const sha256 = createHash("sha256").update(readFileSync(binary)).digest("hex");
  return render(pair, name, { sha256, version: "0.1.0" });
}

const options = (): ApplyOptions => ({ secrets: {}, binaryPath: binary, owner: "alice@desk pid 1" });

async function holders(): Promise<readonly string[]> {
  const vip = lab.vips[0];
  const lines = await Promise.all(
    ["lb-a", "lb-b"].map(async (name) => {
      const { stdout } = await lab.exec(name, ["ip", "-o", "address", "show"]);
      return stdout.includes(` ${vip}/`) ? [name] : [];
    }),
  );
  return lines.flat();
}

async function stateOf(name: string): Promise<string> {
  const script = `find /etc /opt /var/lib /root /run/tandem* -xdev -path '/var/lib/systemd/*' -prune -o ${ACCOUNTS} -o -printf '%p %m %l\\n' 2>/dev/null | sort
    sysctl -a 2>/dev/null | grep -E '^net.ipv[46].(ip_|conf.*(forwarding|send_redirects|arp_))'
    ip -o address show | sed 's/valid_lft.*//; s/ tentative//'; nft list ruleset; ps -eo comm= | grep tandem`;
  return (await lab.exec(name, ["sh", "-c", script], { allowFailure: true })).stdout;
}

describe.skipIf(!built)(`the real tandemd (${built ? "dist/tandemd" : "skipped: not built"})`, () => {
  it("comes to both hosts, backup first, although the first one answers for the address already", async () => {
    const before = await Promise.all(["lb-a", "lb-b"].map(stateOf));
    await host("lb-b").apply(release("lb-b"), options());
    await until("lb-b holds the address", 10_000, async () =>
      (await holders()).join() === "lb-b" ? true : undefined,
    );
    expect(await (await fetch(`http://${lab.vips[0]}/`)).text()).toContain("web-1");
    expect(diffObservation(release("lb-a"), await host("lb-a").apply(release("lb-a"), options()))).toEqual(
      [],
    );
    await until("lb-a has taken over", 10_000, async () =>
      (await holders()).join() === "lb-a" ? true : undefined,
    );
    for (const name of ["lb-a", "lb-b"]) {
      expect(diffObservation(release(name), await host(name).observe(release(name), {}))).toEqual([]);
      await host(name).destroy({ owner: "alice@desk pid 1" });
    }
    expect(await Promise.all(["lb-a", "lb-b"].map(stateOf))).toEqual(before);
  });

  it("does not claim an address that a stranger answers for", async () => {
    const vip = `${lab.vips[0]}/24`;
    const before = await stateOf("lb-a");
    await lab.exec("web-1", ["ip", "address", "add", vip, "dev", "eth0"]);
    try {
      const { stdout } = await lab.exec("web-1", ["cat", "/sys/class/net/eth0/address"]);
      await expect(host("lb-a").apply(release("lb-a"), options())).rejects.toMatchObject({
        problems: [{ code: "HOST_VIP_TAKEN", message: expect.stringContaining(stdout.trim()) }],
      });
    } finally {
      await lab.exec("web-1", ["ip", "address", "del", vip, "dev", "eth0"]);
    }
    expect(await stateOf("lb-a")).toBe(before);
  });

  it("is told by systemd to reload, and is started again by it when it hangs", async () => {
    const show = async (property: string) =>
      (await lab.exec("lb-b", ["systemctl", "show", "-P", property, "tandem.service"])).stdout.trim();
    await host("lb-b").apply(release("lb-b"), options());
    const before = await show("MainPID");
    await lab.exec("lb-b", ["systemctl", "reload", "tandem.service"]);
    expect([await show("ActiveState"), await show("MainPID")]).toEqual(["active", before]);
    expect(await show("StatusText")).toContain("running proxy and vrrp");
    // The watchdog of the unit takes ten seconds.
    await lab.exec("lb-b", ["kill", "-STOP", before]);
    const after = await until("systemd has started another one", 60_000, async () => {
      const [pid, state] = [await show("MainPID"), await show("SubState")];
      return pid !== before && pid !== "0" && state === "running" ? pid : undefined;
    });
    expect(after).not.toBe(before);
    expect(await show("NRestarts")).toBe("1");
    await until("lb-b holds the address again", 20_000, async () =>
      (await holders()).join() === "lb-b" ? true : undefined,
    );
    await host("lb-b").destroy({ owner: "alice@desk pid 1" });
  });

  it("refuses a text with its own words, at the line", async () => {
    const good = release("lb-a");
    const file = good.files["haproxy.cfg"];
    if (file === undefined) throw new Error("no haproxy.cfg");
    const text = file.text.replace(/^( *)balance /m, "$1balanse ");
    const line = text.split("\n").findIndex((l) => l.includes("balanse")) + 1;
    const bad = {
      ...good,
      id: "0123456789abcdef",
      files: { ...good.files, "haproxy.cfg": { ...file, text } },
    };
    await expect(host("lb-a").preflight(bad, options())).rejects.toMatchObject({
      problems: [{ code: "HOST_CONFIG_REFUSED", where: { file: "lb-a:haproxy.cfg", line } }],
      message: expect.stringContaining("balance"),
    });
  });
});
