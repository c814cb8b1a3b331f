import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createConnection } from "node:net";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createLab, type Lab, openLab, run, until } from "../../lab/index.ts";
import { repository } from "../../lab/setup/paths.ts";
import { descendants } from "../integration/provider/project.ts";

const ssh = (lab: Lab, host: string, ...argv: readonly string[]) =>
  run(["ssh", "-F", lab.ssh.configFile, host, ...argv], { timeoutMs: 20_000 });

const page = async (lab: Lab, host: string): Promise<string> =>
  (await fetch(`http://${lab.host(host).address}/`, { signal: AbortSignal.timeout(1500) })).text();

function reaches(address: string, port: number, timeout = 700): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port, timeout });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => done(true));
    socket.once("error", () => done(false));
    socket.once("timeout", () => done(false));
  });
}

/** What a lab with this id still has on this machine. */
function traces(id: string, dir: string): readonly string[] {
  const links = readdirSync("/sys/class/net").filter((name) => name.startsWith(`tl${id}-`));
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .filter((line) => line.includes(`tandem-${id} `) || line.includes(dir));
  const processes = readdirSync("/proc").filter(
    (pid) => /^\d+$/.test(pid) && commandOf(pid).includes(`=${id}-`),
  );
  return [...links, ...mounts, ...processes, ...(existsSync(dir) ? [dir] : [])];
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

describe("a lab with its default hosts", () => {
  let lab: Lab;
  let seconds: number;

  beforeAll(async () => {
    const begin = performance.now();
    lab = await createLab();
    seconds = (performance.now() - begin) / 1000;
  });

  afterAll(async () => {
    await lab?.down();
  });

  test("comes up, and every host runs without a failed unit", async () => {
    console.log(`bring-up with a cached root: ${seconds.toFixed(1)} s`);
    for (const name of Object.keys(lab.hosts)) {
      await lab.exec(name, ["systemctl", "is-system-running", "--wait"], { allowFailure: true });
      expect((await lab.exec(name, ["systemctl", "--failed", "--no-legend"])).stdout).toBe("");
    }
  });

  test("lets root in by key, with the host key verified", async () => {
    for (const name of Object.keys(lab.hosts)) {
      expect((await ssh(lab, name, "hostname; id -un")).stdout).toBe(`${name}\nroot\n`);
    }
  });

  test("refuses a host whose key is another host's", async () => {
    const attempt = run(["ssh", "-F", lab.ssh.configFile, "-o", "HostKeyAlias=lb-b", "lb-a", "true"]);
    await expect(attempt).rejects.toThrow(/Host key verification failed/);
  });

  test("gives ops sudo without a password on lb-a, with one on lb-b", async () => {
    expect((await ssh(lab, "ops@lb-a", "sudo -n id -u")).stdout).toBe("0\n");
    await expect(ssh(lab, "ops@lb-b", "sudo -n id -u")).rejects.toThrow(/password is required/);
    const withPassword = await run(["ssh", "-F", lab.ssh.configFile, "ops@lb-b", "sudo -S -p '' id -u"], {
      input: `${lab.opsPassword}\n`,
    });
    expect(withPassword.stdout).toBe("0\n");
  });

  test("serves a page per web server, over IPv4 and IPv6, that names it", async () => {
    expect(await page(lab, "web-1")).toBe("web-1\n");
    expect(await page(lab, "web-2")).toBe("web-2\n");
    const six = await lab.exec("client", [
      "curl",
      "-sS",
      "-m",
      "5",
      `http://[${lab.host("web-2").address6}]/`,
    ]);
    expect(six.stdout).toBe("web-2\n");
  });

  test("leaves load balancers bare: no keepalived, no haproxy, no nginx", async () => {
    const found = await lab.exec("lb-a", ["sh", "-c", "command -v keepalived haproxy nginx"], {
      allowFailure: true,
    });
    expect(found.stdout).toBe("");
  });

  test("gives hosts what a daemon needs: sysctls, nftables, locked memory, real-time priority, a journal", async () => {
    await ssh(lab, "lb-a", "sysctl -q -w net.ipv4.ip_nonlocal_bind=1");
    expect((await ssh(lab, "lb-a", "sysctl -n net.ipv4.ip_nonlocal_bind")).stdout).toBe("1\n");
    await ssh(
      lab,
      "lb-a",
      "nft 'add table inet probe; add chain inet probe c { type filter hook input priority 0; }'",
    );
    expect((await ssh(lab, "lb-a", "nft list tables")).stdout).toContain("inet probe");
    await ssh(lab, "lb-a", "nft delete table inet probe");
    const unit = "systemd-run --quiet --pipe --wait -p CPUSchedulingPolicy=fifo -p CPUSchedulingPriority=10";
    const inUnit = (await ssh(lab, "lb-a", `${unit} sh -c 'chrt -p $$$$; grep CapEff /proc/self/status'`))
      .stdout;
    expect(inUnit).toContain("SCHED_FIFO");
    const effective = BigInt(`0x${/CapEff:\s*(\w+)/.exec(inUnit)?.[1] ?? "0"}`);
    // linux/capability.h: 12 NET_ADMIN, 13 NET_RAW, 14 IPC_LOCK (locks memory past any limit), 23 SYS_NICE.
    for (const bit of [12n, 13n, 14n, 23n]) expect((effective >> bit) & 1n).toBe(1n);
    await ssh(lab, "lb-a", "logger -t lab-test hello-journal");
    await until("the journal has the line", 5000, async () =>
      (await ssh(lab, "lb-a", "journalctl -t lab-test -o cat")).stdout.includes("hello-journal")
        ? true
        : undefined,
    );
  });

  test("cuts a link with loss of carrier, and restores it", async () => {
    const carrier = async () =>
      (await lab.exec("web-1", ["cat", "/sys/class/net/eth0/carrier"])).stdout.trim();
    await lab.faults.cutLink("web-1");
    expect(await carrier()).toBe("0");
    expect(await reaches(lab.host("web-1").address, 80)).toBe(false);
    await lab.faults.restoreLink("web-1");
    await until("web-1 is back", 5000, async () =>
      (await reaches(lab.host("web-1").address, 80)) ? true : undefined,
    );
    expect(await carrier()).toBe("1");
  });

  test("isolates a host that keeps its carrier, and lets it rejoin", async () => {
    await lab.faults.isolate("web-1");
    expect((await lab.exec("web-1", ["cat", "/sys/class/net/eth0/carrier"])).stdout).toBe("1\n");
    expect(await reaches(lab.host("web-1").address, 80)).toBe(false);
    await lab.faults.rejoin("web-1");
    await until("web-1 is back", 5000, async () =>
      (await reaches(lab.host("web-1").address, 80)) ? true : undefined,
    );
  });

  test("freezes and thaws a host", async () => {
    await lab.faults.freeze("web-1");
    await expect(page(lab, "web-1")).rejects.toThrow();
    await lab.faults.thaw("web-1");
    expect(await page(lab, "web-1")).toBe("web-1\n");
  });

  test("kills a host at once, and boots the same disk again", async () => {
    await ssh(lab, "web-2", "echo kept >/root/kept");
    await lab.faults.kill("web-2");
    expect(lab.isUp("web-2")).toBe(false);
    expect(await reaches(lab.host("web-2").address, 22)).toBe(false);
    await expect(lab.exec("web-2", ["true"])).rejects.toThrow(/web-2 is down/);
    await lab.faults.start("web-2");
    expect((await ssh(lab, "web-2", "cat /root/kept")).stdout).toBe("kept\n");
    await lab.faults.restart("web-2");
    expect((await ssh(lab, "web-2", "cat /root/kept")).stdout).toBe("kept\n");
  });

  test("runs a program of this machine with the client's network", async () => {
    const child = lab.spawnInNetwork("client", ["ip", "-o", "-4", "address", "show", "dev", "eth0"]);
    let text = "";
    child.stdout?.on("data", (chunk) => {
      text += chunk;
    });
    await once(child, "close");
    expect(text).toContain(lab.host("client").interfaceAddress);
  });

  test("opens from another process's record by name", async () => {
    const again = openLab(lab.name);
    expect((await again.exec("lb-b", ["hostname"])).stdout).toBe("lb-b\n");
  });
});

test("two labs run side by side on their own networks, and neither leaves a trace", async () => {
  const hosts = [{ name: "web-1", role: "web" }] as const;
  const labs = await Promise.all([createLab({ hosts }), createLab({ hosts })]);
  try {
    expect(labs[0].prefix).not.toBe(labs[1].prefix);
    for (const lab of labs) expect(await page(lab, "web-1")).toBe("web-1\n");
    const across = await labs[0].exec(
      "web-1",
      ["curl", "-sS", "-m", "1", `http://${labs[1].host("web-1").address}/`],
      {
        allowFailure: true,
      },
    );
    expect(across.code).not.toBe(0);
  } finally {
    await Promise.all(labs.map((lab) => lab.down()));
  }
  for (const lab of labs) {
    await until("no trace is left", 5000, () => (traces(lab.id, lab.dir).length === 0 ? true : undefined));
  }
});

/** As a shell ends a job with everything that it has started, whatever is gone meanwhile. */
function endAll(pid: number): void {
  for (const one of [...descendants(pid)].reverse().concat(pid))
    spawnSync("kill", ["-TERM", String(one)], { stdio: "ignore" });
}

test.each([
  ["killed", (pid: number) => process.kill(pid, "SIGKILL")],
  ["ended with all that it started", endAll],
])("a lab whose owner is %s leaves no mount, bridge, process or folder", async (_, end) => {
  const program = `
    import { createLab } from "./lab/index.ts";
    const lab = await createLab({ hosts: [{ name: "lb-a", role: "lb" }] });
    console.log(JSON.stringify({ id: lab.id, dir: lab.dir }));
    setInterval(() => undefined, 1000);
  `;
  const owner = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", program], {
    cwd: repository,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: owner.stdout }), "line")) as [string];
  const { id, dir } = JSON.parse(line) as { id: string; dir: string };
  expect(traces(id, dir).length).toBeGreaterThan(2);
  end(owner.pid ?? 0);
  await until("no trace is left", 20_000, () => (traces(id, dir).length === 0 ? true : undefined));
});

test("a name that is taken is refused, and a lab that fails to come up leaves nothing", async () => {
  const lab = await createLab({ hosts: [] });
  try {
    await expect(createLab({ name: lab.name, hosts: [] })).rejects.toThrow(/already there/);
    const twice = [
      { name: "lb-a", role: "lb" },
      { name: "lb-a", role: "lb" },
    ] as const;
    await expect(createLab({ name: `${lab.name}-x`, hosts: twice })).rejects.toThrow(/lb-a is used twice/);
    expect(existsSync(`${lab.dir}-x`)).toBe(false);
  } finally {
    await lab.down();
  }
});
