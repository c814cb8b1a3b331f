import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AskingClient, type ClientTally } from "../../lab/demo/client.ts";
import { createLab, type Lab, setupOf, until } from "../../lab/index.ts";
import { tandemd } from "../../lab/setup/paths.ts";
import { type Host, openHost } from "../../src/host/index.ts";
import { binaryRef } from "../../src/provider/sdk/binary.ts";
import { render } from "../../src/render/index.ts";
import { parseStack } from "../../src/stack/index.ts";
import { defineLabStack } from "../../stacks/lab/setup.ts";
import { rootOf } from "./connection.ts";

// What an operator does with the service by systemd's own commands, while a client asks the virtual
// address for a page every few milliseconds, each time on a new connection.
let lab: Lab;
let hosts: Host[] = [];

/** More than one connection in flight may meet a host whose address has just moved. */
const LOST_BY_A_MOVE = 5;

const output = async (host: string, ...argv: string[]): Promise<string> =>
  (await lab.exec(host, argv)).stdout.trim();
const show = (host: string, property: string) =>
  output(host, "systemctl", "show", "-P", property, "tandem.service");

async function holders(): Promise<string> {
  const held = async (name: string) =>
    (await output(name, "ip", "-o", "address", "show")).includes(` ${lab.vips[0]}/`) ? [name] : [];
  return (await Promise.all(["lb-a", "lb-b"].map(held))).flat().join();
}

const heldBy = (name: string) =>
  until(`${name} alone holds the address`, 30_000, async () =>
    (await holders()) === name ? true : undefined,
  );

async function requests(): Promise<number> {
  const program = `/proc/${await show("lb-a", "MainPID")}/exe`;
  const status = JSON.parse(await output("lb-a", program, "status", "--json"));
  return status.proxy.frontends.reduce((sum: number, one: { requests: number }) => sum + one.requests, 0);
}

/** What a client sees while something is done that begins when it is well under way. */
async function seenDuring(work: () => Promise<void>): Promise<ClientTally> {
  const before = await requests();
  const client = new AskingClient(lab, `http://${lab.vips[0]}/`);
  try {
    await until("the client asks", 20_000, async () => ((await requests()) > before + 50 ? true : undefined));
    await work();
  } finally {
    await client.stop();
  }
  return client.stop();
}

beforeAll(async () => {
  lab = await createLab({
    hosts: [
      { name: "lb-a", role: "lb" },
      { name: "lb-b", role: "lb" },
      { name: "web-1", role: "web" },
      { name: "client", role: "client" },
    ],
  });
  hosts = ["lb-b", "lb-a"].map((name) => openHost(rootOf(lab, name)));
  const [pair] = parseStack(defineLabStack(setupOf(lab))).pairs;
  if (pair === undefined) throw new Error("the lab's stack has no pair");
  for (const host of hosts) {
    const release = render(pair, host.name, binaryRef("/", tandemd));
    await host.apply(release, { secrets: {}, binaryPath: tandemd, owner: "test of the service" });
  }
  await heldBy("lb-a");
});

afterAll(async () => {
  await Promise.all(hosts.map((host) => host.close()));
  await lab?.down();
});

describe("the service under systemd", () => {
  it("runs its router in real time, and nothing else", async (context) => {
    const allowed = await lab.exec("lb-a", ["chrt", "--fifo", "10", "true"], { allowFailure: true });
    if (allowed.code !== 0) return context.skip(`this machine forbids it: ${allowed.stderr.trim()}`);
    const status = JSON.parse(
      await output("lb-a", `/proc/${await show("lb-a", "MainPID")}/exe`, "status", "--json"),
    );
    const policies = await Promise.all(
      status.processes.map(async ({ name, pid }: { name: string; pid: number }) => {
        const told = await output("lb-a", "chrt", "--all-tasks", "--pid", String(pid));
        return [name, [...new Set(told.match(/SCHED_(FIFO|RR|OTHER)/g))].join()];
      }),
    );
    expect(Object.fromEntries(policies)).toEqual({ vrrp: "SCHED_FIFO", proxy: "SCHED_OTHER" });
    expect(status.vrrp.process.hardening).toMatchObject({ realtimePriority: 10, memoryLocked: true });
  });
});

/** User, group, root directory and rights of the proxy's process. */
async function worker(host: string): Promise<readonly string[]> {
  const program = `/proc/${await show(host, "MainPID")}/exe`;
  const { processes } = JSON.parse(await output(host, program, "status", "--json"));
  const { pid } = processes.find(({ name }: { name: string }) => name === "proxy");
  const script = `ps -o user=,group= -p ${pid}; readlink /proc/${pid}/root; sed -n 's/^Cap[EPB].*:.//p' /proc/${pid}/status | uniq`;
  return (await output(host, "sh", "-c", script)).split(/\s+/);
}
const OWN = ["tandem", "tandem", "/run/tandem/empty", "0000000000000000"];

describe("the proxy of a definition that names no user", () => {
  it("is nobody that logs in, in an empty directory, without a right", async () => {
    for (const host of ["lb-a", "lb-b"]) expect(await worker(host)).toEqual(OWN);
    expect(await output("lb-a", "getent", "passwd", "tandem")).toMatch(/^tandem:x:\d{3}:\d{3}:.*nologin$/);
    expect(await output("lb-a", "ls", "-A", "/run/tandem/empty")).toBe("");
  });

  it("writes to the host's log from there, also after the log daemon was started again", async () => {
    const lines = async () =>
      Number(
        await output(
          "lb-a",
          "sh",
          "-c",
          "journalctl --no-pager -o cat SYSLOG_FACILITY=16 | grep -c ' www ' || true",
        ),
      );
    for (const restart of [false, true]) {
      if (restart) await output("lb-a", "systemctl", "restart", "systemd-journald.service");
      const before = await lines();
      await output("client", "curl", "-sS", "--max-time", "5", `http://${lab.vips[0]}/`);
      await until("its line is there", 10_000, async () => ((await lines()) > before ? true : undefined));
    }
  });
});

describe("the unit of a definition", () => {
  const rights = async (host: string) => {
    const pid = await show(host, "MainPID");
    const [, set = "0"] = /^CapBnd:\s+(\w+)$/m.exec(await output(host, "cat", `/proc/${pid}/status`)) ?? [];
    // What the lab adds to every unit: CAP_IPC_LOCK and CAP_SYS_NICE.
    return (BigInt(`0x${set}`) & ~((1n << 14n) | (1n << 23n))).toString(2);
  };
  const bits = (...numbers: number[]) =>
    numbers.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n).toString(2);

  it("leaves a service without scripts the rights of its router and of becoming its proxy, no home and no folder but its own", async () => {
    expect(await rights("lb-a")).toBe(bits(5, 6, 7, 8, 10, 12, 13, 18));
    const pid = await show("lb-a", "MainPID");
    const seen = (what: string) =>
      output("lb-a", "nsenter", "--target", pid, "--mount", "sh", "-c", `${what} && echo yes || echo no`);
    expect(await seen("ls /root/.ssh 2>/dev/null")).toBe("no");
    expect(await seen("touch /run/new 2>/dev/null")).toBe("no");
    expect(await seen("touch /var/new 2>/dev/null")).toBe("no");
    expect(await seen("touch /run/tandem/new && rm /run/tandem/new")).toBe("yes");
  });

  it("has what a proxy of its own user, a socket of a group and a script of another user need", async () => {
    const [host] = hosts;
    const [plain] = defineLabStack(setupOf(lab)).pairs;
    if (host === undefined || plain === undefined) throw new Error("the lab's stack has a pair of two hosts");
    const [pair] = parseStack({
      name: "lab",
      pairs: [
        {
          ...plain,
          proxy: {
            ...plain.proxy,
            user: "nobody",
            globalDirectives: ["chroot /var/empty"],
            runtimeSocket: { path: "/run/haproxy/ops.sock", mode: "0660", group: "adm", level: "operator" },
          },
          trackScripts: [
            { name: "mine", script: "/usr/bin/test -O /srv/nobody", interval: "1s", user: "nobody" },
          ],
          vrrpInstances: plain.vrrpInstances.map((one) => ({ ...one, trackScripts: ["mine"] })),
        },
      ],
    }).pairs;
    if (pair === undefined) throw new Error("the definition has a pair");
    await output("lb-b", "mkdir", "-p", "/run/haproxy", "/var/empty", "/srv/nobody");
    await output("lb-b", "chown", "nobody", "/srv/nobody");
    const release = render(pair, host.name, binaryRef("/", tandemd));
    await host.apply(release, { secrets: {}, binaryPath: tandemd, owner: "test of the service" });
    expect(await rights("lb-b")).toBe(bits(0, 5, 6, 7, 8, 10, 12, 13, 18));
    expect(await output("lb-b", "stat", "-c", "%U %G %a", "/run/haproxy/ops.sock")).toBe("root adm 660");
    const program = `/proc/${await show("lb-b", "MainPID")}/exe`;
    const status = JSON.parse(await output("lb-b", program, "status", "--json"));
    const proxy = status.processes.find(({ name }: { name: string }) => name === "proxy");
    expect(await output("lb-b", "ps", "-o", "user=", "-p", String(proxy.pid))).toBe("nobody");
    expect(await output("lb-b", "readlink", `/proc/${proxy.pid}/root`)).toBe("/var/empty");
    expect(status.vrrp.instances[0]).toMatchObject({ state: "BACKUP", reasons: [] });
  });
});

describe("the service under systemd, under traffic", () => {
  it("loses no request when it is reloaded, and stays the same process", async () => {
    const before = await show("lb-a", "MainPID");
    const seen = await seenDuring(async () => {
      for (let turn = 0; turn < 5; turn++) await output("lb-a", "systemctl", "reload", "tandem.service");
    });
    expect(seen.failures).toEqual([]);
    expect([await show("lb-a", "MainPID"), await show("lb-a", "NRestarts")]).toEqual([before, "0"]);
    expect(await worker("lb-a")).toEqual(OWN);
  });

  it("loses no request when it goes on as another program, and systemd notices nothing", async () => {
    const before = await show("lb-a", "MainPID");
    const next = "/opt/tandem/next-tandemd";
    await output("lb-a", "cp", `/proc/${before}/exe`, next);
    const seen = await seenDuring(async () => {
      const said = JSON.parse(await output("lb-a", next, "upgrade", "--run-dir", "/run/tandem"));
      expect(said).toMatchObject({ upgraded: true });
    });
    expect(seen.failures).toEqual([]);
    expect(await output("lb-a", "readlink", `/proc/${before}/exe`)).toBe(next);
    const state = [await show("lb-a", "MainPID"), await show("lb-a", "ActiveState")];
    expect([...state, await show("lb-a", "NRestarts")]).toEqual([before, "active", "0"]);
    expect(await holders()).toBe("lb-a");
    expect(await worker("lb-a")).toEqual(OWN);
  });

  it("has the other host serve while it is restarted, and takes the address back", async () => {
    const seen = await seenDuring(async () => {
      await output("lb-a", "systemctl", "restart", "tandem.service");
      await heldBy("lb-a");
    });
    expect(seen.failed, seen.failures.join("\n")).toBeLessThanOrEqual(2 * LOST_BY_A_MOVE);
    expect(seen.longestGapMs).toBeLessThan(2000);
  });

  it("has the other host serve while the machine is rebooted, and comes back by itself", async () => {
    const seen = await seenDuring(async () => {
      await lab.faults.restart("lb-a");
      await heldBy("lb-a");
    });
    expect(seen.failed, seen.failures.join("\n")).toBeLessThanOrEqual(2 * LOST_BY_A_MOVE);
    expect(seen.longestGapMs).toBeLessThan(2000);
    expect(await show("lb-a", "ActiveState")).toBe("active");
    expect(await worker("lb-a")).toEqual(OWN);
  });

  it("becomes one whose proxy is no longer root, host by host, while the other one serves", async () => {
    const [plain] = defineLabStack(setupOf(lab)).pairs;
    if (plain === undefined) throw new Error("the lab's stack has a pair");
    const applyAll = async (proxy: typeof plain.proxy) => {
      const [pair] = parseStack({ name: "lab", pairs: [{ ...plain, proxy }] }).pairs;
      if (pair === undefined) throw new Error("the definition has a pair");
      for (const host of hosts) {
        const release = render(pair, host.name, binaryRef("/", tandemd));
        await host.apply(release, { secrets: {}, binaryPath: tandemd, owner: "test of the service" });
      }
      await heldBy("lb-a");
    };
    await applyAll({ user: "root", globalDirectives: ["chroot /"] });
    expect((await worker("lb-a")).slice(0, 3)).toEqual(["root", "root", "/"]);
    const before = await show("lb-a", "MainPID");
    const seen = await seenDuring(() => applyAll({}));
    expect(await show("lb-a", "MainPID")).not.toBe(before);
    for (const host of ["lb-a", "lb-b"]) expect(await worker(host)).toEqual(OWN);
    expect(seen.failed, seen.failures.join("\n")).toBeLessThanOrEqual(2 * LOST_BY_A_MOVE);
    expect(seen.longestGapMs).toBeLessThan(2000);
  });
});
