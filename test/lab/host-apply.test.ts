import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createLab, type Lab, until } from "../../lab/index.ts";
import type { TandemError } from "../../src/diagnostics/index.ts";
import {
  type ApplyOptions,
  type Connection,
  type Difference,
  diffObservation,
  type Host,
  openHost,
  type Progress,
} from "../../src/host/index.ts";
import type { Release } from "../../src/render/index.ts";
import { HAPROXY, makeRelease, type ReleaseWish, SECRETS } from "../host/make-release.ts";
import { type StandIn, writeStandIn } from "../host/stand-in.ts";
import { rootOf } from "./connection.ts";

let lab: Lab;
let dir: string;
let first: StandIn;
let second: StandIn;
let host: Host;
/** What lb-a is before anything is shipped. */
let virgin: string;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "apply-"));
  lab = await createLab({
    hosts: [
      { name: "lb-a", role: "lb" },
      { name: "lb-b", role: "lb", sudo: "password" },
    ],
  });
  first = writeStandIn(dir, "1");
  second = writeStandIn(dir, "2");
  host = openHost(connection());
  // The first login writes what any login writes.
  await (await host.shell()).run(["true"]);
  virgin = await stateOf();
});

afterAll(async () => {
  await host?.close();
  await lab?.down();
  rmSync(dir, { recursive: true, force: true });
});

const connection = (change: Partial<Connection> = {}): Connection => rootOf(lab, "lb-a", change);

function options(change: Partial<ApplyOptions> = {}): ApplyOptions {
  return { secrets: SECRETS, binaryPath: first.path, owner: "alice@desk pid 1", ...change };
}

/** Files with mode, owner and digest, parameters, units, addresses and processes of lb-a. */
async function stateOf(name = "lb-a"): Promise<string> {
  const script = `
    find /etc /opt /var/lib /usr/local /root -xdev \\( -path '/var/lib/systemd/*' -o -path /var/lib/dbus -o -path /var/lib/tandem/failed \\) -prune -o -printf '%p %m %u:%g %l\\n' | sort
    find /etc /opt /var/lib /usr/local /root -xdev \\( -path '/var/lib/systemd/*' -o -path /var/lib/tandem/failed \\) -prune -o -type f -exec sha256sum {} + | sort
    sysctl -a 2>/dev/null | grep -E '^net.ipv[46].(ip_|conf.*(forwarding|send_redirects|accept_redirects|arp_))'
    systemctl list-units --all --no-legend --plain | cut -d ' ' -f 1 | grep -E 'tandem|haproxy|keepalived'
    ip -o address show | sed 's/valid_lft.*//; s/ tentative//'
    ps -eo comm= | grep -E 'tandem|haproxy|keepalived'
    ls -d /run/tandem* 2>/dev/null
    exit 0`;
  return (await lab.exec(name, ["sh", "-c", script])).stdout;
}

/** Fails with the lines that are only in one of two states. */
function expectSame(after: string, before: string): void {
  const [is, was] = [after.split("\n"), before.split("\n")];
  expect({
    added: is.filter((line) => !was.includes(line)),
    gone: was.filter((line) => !is.includes(line)),
  }).toEqual({ added: [], gone: [] });
}

const shell = async (script: string) => (await lab.exec("lb-a", ["sh", "-c", script])).stdout.trim();

function release(wish: ReleaseWish = {}, binary = first): Release {
  return makeRelease(binary.ref, {
    requires: {
      interfaces: ["eth0"],
      listens: [{ address: "*", port: 8080, frontend: "web" }],
      vips: [{ address: `${lab.vips[0]}/24`, interface: "eth0" }],
    },
    ...wish,
  });
}

async function differences(wanted: Release): Promise<readonly Difference[]> {
  return diffObservation(wanted, await host.observe(wanted, SECRETS));
}

async function failureOf(promise: Promise<unknown>): Promise<TandemError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new Error("it did not fail");
  return error as TandemError;
}

const codes = (error: TandemError) => error.problems.map(({ code }) => code);

describe("applying to a host with nothing on it", () => {
  beforeEach(async () => {
    await host.destroy(options());
    expectSame(await stateOf(), virgin);
  });

  it("brings everything, and finds nothing to do the second time", async () => {
    const wanted = release();
    const observation = await host.apply(wanted, options());
    expect(diffObservation(wanted, observation)).toEqual([]);
    expect(observation.files["keepalived.conf"]?.text).toContain("@@secret:web.auth_pass@@");
    expect(await shell("cat /etc/tandem/current/keepalived.conf")).toContain(SECRETS["web.auth_pass"]);
    expect(await shell("stat -c '%a %U' /etc/tandem/current/keepalived.conf")).toBe("640 root");
    expect(await shell("journalctl -t tandem -o cat --no-pager | tail -n 1")).toBe(
      `applied by alice@desk pid 1: release none -> ${wanted.id}`,
    );
    expect(await shell("systemctl list-timers --all --no-legend | grep -c rollback || true")).toBe("0");
    await shell("touch /run/before-no-op");
    const steps: Progress[] = [];
    await host.apply(wanted, options({ onProgress: (progress) => steps.push(progress) }));
    expect(steps.map(({ step }) => step)).toEqual(["done"]);
    expect(await shell("find /etc /opt /var/lib -xdev -newer /run/before-no-op | head")).toBe("");
  });

  it("takes a failed first start back to nothing", async () => {
    const bad = release({ haproxy: `${HAPROXY}# refuse-to-start\n` });
    const error = await failureOf(host.apply(bad, options()));
    expect(codes(error)).toEqual(["HOST_SWITCH_FAILED", "HOST_ROLLED_BACK"]);
    expect(error.message).toContain("refusing to start");
    expect(await shell("cat /var/lib/tandem/failed/release/haproxy.cfg")).toContain("refuse-to-start");
    await shell("rm -r /var/lib/tandem/failed; rmdir /var/lib/tandem");
    expectSame(await stateOf(), virgin);
  });

  it("ships through sudo with a password", async () => {
    const { opsPassword: password } = lab;
    const other = openHost(
      connection({ name: "lb-b", address: lab.host("lb-b").address, user: "ops", sudo: { password } }),
    );
    const wanted = release();
    const before = await stateOf("lb-b");
    try {
      expect(diffObservation(wanted, await other.apply(wanted, options()))).toEqual([]);
      await other.destroy(options());
      expectSame(await stateOf("lb-b"), before);
    } finally {
      await other.close();
    }
  });

  it("names everything that is wrong with the host at once and changes nothing", async () => {
    await shell("cp /bin/sleep /var/tmp/keepalived");
    lab.spawn("lb-a", ["/var/tmp/keepalived", "60"], { stdio: "ignore" });
    lab.spawn(
      "lb-a",
      [
        "perl",
        "-MIO::Socket::INET",
        "-e",
        "my $s = IO::Socket::INET->new(LocalPort=>8080,Listen=>1,ReuseAddr=>1) or die; sleep 60",
      ],
      { stdio: "ignore" },
    );
    await shell(
      `printf 06:00:00:00:00:99 >/run/answers-${lab.vips[0]}; ip address add ${lab.vips[1]}/24 dev eth0`,
    );
    try {
      await until("both run", 5000, async () =>
        (await shell("ss -Hltn sport = :8080; pgrep -x keepalived || true")).split("\n").length >= 2
          ? true
          : undefined,
      );
      const wanted = release({
        haproxy: `${HAPROXY}    bad-directive here\n`,
        requires: {
          listens: [{ address: "*", port: 8080, frontend: "web" }],
          vips: [0, 1].map((n) => ({ address: `${lab.vips[n]}/24`, interface: "eth0" })),
        },
        sysctls: { "net.ipv4.no_such_thing": "1" },
      });
      const error = await failureOf(host.apply(wanted, options()));
      expect(codes(error).sort()).toEqual(
        [
          "HOST_CONFIG_REFUSED",
          "HOST_FOREIGN_DAEMON",
          "HOST_PORT_IN_USE",
          "HOST_SYSCTL_UNKNOWN",
          "HOST_VIP_CONFIGURED",
          "HOST_VIP_TAKEN",
        ].sort(),
      );
      expect(error.message).toContain("lb-a:haproxy.cfg:6:5: error[HOST_CONFIG_REFUSED]");
      expect(error.message).toMatch(/keepalived runs already \(pid \d+/);
      expect(error.message).toMatch(/:8080 is in use by perl \(pid \d+.*frontend web needs it/);
      expect(error.message).toContain(`${lab.vips[0]} is already answered by 06:00:00:00:00:99 on eth0`);
      // The peer of the pair may hold the address.
      const peer = await failureOf(host.preflight(wanted, options({ peerMacs: ["06:00:00:00:00:99"] })));
      expect(codes(peer)).not.toContain("HOST_VIP_TAKEN");
    } finally {
      await shell(
        `pkill -x keepalived; pkill -x perl; rm -f /var/tmp/keepalived /run/answers-*; ip address del ${lab.vips[1]}/24 dev eth0; rm -r /var/lib/tandem/failed; rmdir /var/lib/tandem; exit 0`,
      );
    }
    expectSame(await stateOf(), virgin);
  });

  it("does not start when an interface is missing or down, or the disk is full", async () => {
    await shell("ip link add down0 type veth peer name down1");
    try {
      await shell(
        "dd if=/dev/zero of=/var/tmp/full bs=1k count=$(($(df -k --output=avail / | tail -n 1) - 500)) 2>&1",
      );
      const wanted = release({ requires: { interfaces: ["eth7", "down0"], listens: [], vips: [] } });
      const error = await failureOf(host.apply(wanted, options()));
      expect(codes(error).sort()).toEqual(["HOST_DISK_FULL", "HOST_INTERFACE_DOWN", "HOST_NO_INTERFACE"]);
      expect(error.message).toContain("the host has eth0");
    } finally {
      await shell("rm -f /var/tmp/full; ip link del down0");
    }
    expectSame(await stateOf(), virgin);
  });

  it("stops before the switch when the operator interrupts it", async () => {
    for (const step of ["preflight", "upload", "stage", "check"]) {
      const controller = new AbortController();
      const interrupt = ({ step: at }: Progress) => {
        if (at === step) controller.abort(new Error("interrupted by the operator"));
      };
      const running = host.apply(release(), options({ signal: controller.signal, onProgress: interrupt }));
      expect((await failureOf(running)).message).toBe("interrupted by the operator");
      expectSame(await stateOf(), virgin);
    }
  });
});

describe("applying to a host that runs a release", () => {
  const good = () => release();
  beforeEach(async () => {
    await host.apply(good(), options());
    expect(await differences(good())).toEqual([]);
  });

  it("names what was changed by hand, line by line and without secrets, and repairs it", async () => {
    await shell(`sed -i 's/web-1 10.0.0.21:80/web-1 10.0.0.99:80/' /etc/tandem/current/haproxy.cfg
      sed -i "s/auth_pass .*/auth_pass other-secret/" /etc/tandem/current/keepalived.conf
      chmod 644 /etc/tandem/current/keepalived.conf
      sysctl -qw net.ipv4.ip_nonlocal_bind=0
      systemctl disable -q --now tandem`);
    const found = await differences(good());
    expect(found.map(({ kind }) => kind)).toEqual(["file", "file", "mode", "sysctl", "service", "service"]);
    expect(found[0]).toMatchObject({
      file: "haproxy.cfg",
      change: "changed",
      diff: expect.stringContaining(
        "-    server web-1 10.0.0.99:80 check\n+    server web-1 10.0.0.21:80 check",
      ),
    });
    const secret = found[1]?.kind === "file" ? found[1].diff : "";
    expect(secret).toContain(
      "-        auth_pass @@secret: changed@@\n+        auth_pass @@secret:web.auth_pass@@",
    );
    expect(secret).not.toContain("other-secret");
    expect(diffObservation(good(), await host.apply(good(), options()))).toEqual([]);
  });

  it("notices a text that the service does not run, and an executable that was altered", async () => {
    await shell(
      "cp -p /etc/tandem/current/haproxy.cfg /run/keep; echo '# more' >>/etc/tandem/current/haproxy.cfg",
    );
    expect((await differences(good())).map(({ kind }) => kind)).toEqual(["file", "running-config"]);
    await shell(
      `cat /run/keep >/etc/tandem/current/haproxy.cfg; echo >>/opt/tandem/bin/tandemd-${first.ref.sha256}`,
    );
    expect(await differences(good())).toMatchObject([{ kind: "binary", intact: false }]);
    expect(diffObservation(good(), await host.apply(good(), options()))).toEqual([]);
  });

  it("reloads for a new text, restarts for a new executable, and keeps three releases", async () => {
    const pid = await shell("systemctl show tandem -p MainPID --value");
    for (const n of [1, 2, 3, 4]) {
      const wanted = release({ haproxy: `${HAPROXY}# ${n}\n` });
      expect(diffObservation(wanted, await host.apply(wanted, options()))).toEqual([]);
    }
    expect(await shell("systemctl show tandem -p MainPID --value")).toBe(pid);
    expect((await shell("ls /etc/tandem/releases")).split("\n")).toHaveLength(3);
    const wanted = release({}, second);
    await host.apply(wanted, options({ binaryPath: second.path }));
    expect(await shell("systemctl show tandem -p MainPID --value")).not.toBe(pid);
    expect(await shell("cat /opt/tandem/bin/tandemd-*")).toContain("variant 2");
    await host.apply(good(), options());
  });

  it("gives a parameter back that leaves the release", async () => {
    const wanted = release({ sysctls: { "net.ipv4.ip_nonlocal_bind": "1" } });
    await host.apply(wanted, options());
    expect(await shell("sysctl -n net.ipv4.ip_forward")).toBe("0");
  });

  it.each([
    ["the check refuses the text", "    bad-directive\n", ["HOST_CONFIG_REFUSED"]],
    ["the frontend does not listen", "# never-listens\n", ["HOST_SELF_CHECK_FAILED", "HOST_ROLLED_BACK"]],
    ["the reload takes nothing over", "# ignore-reload\n", ["HOST_SELF_CHECK_FAILED", "HOST_ROLLED_BACK"]],
    ["an instance is in FAULT", "# fault-state\n", ["HOST_SELF_CHECK_FAILED", "HOST_ROLLED_BACK"]],
  ])("leaves everything as it was when %s", async (_, line, expected) => {
    const before = await stateOf();
    const bad = release({
      haproxy: HAPROXY + line,
      sysctls: { "net.ipv4.ip_nonlocal_bind": "1", "net.ipv4.conf.all.arp_ignore": "1" },
    });
    const error = await failureOf(host.apply(bad, options({ rollbackAfter: 10 })));
    expect(codes(error)).toEqual(expected);
    expectSame(await stateOf(), before);
    expect(await differences(good())).toEqual([]);
  });

  it("goes back when the host cannot be reached anew", async () => {
    const before = await stateOf();
    const error = await failureOf(host.apply(release({ haproxy: `${HAPROXY}# stops-sshd\n` }), options()));
    await shell("systemctl start ssh");
    expect(codes(error)).toEqual(["HOST_UNREACHABLE", "HOST_ROLLED_BACK"]);
    expectSame(await stateOf(), before);
  });

  // Each piece of the traffic is gone through in test/integration/safety; here systemd is the real one.
  it.each(["switch", "confirm"])("survives a controller that is killed at the step %s", async (step) => {
    const before = await stateOf();
    const wanted = release({ haproxy: `${HAPROXY}# killed at ${step}\n` }, second);
    await killedAt(step, wanted);
    const state = await until("the host is as before or confirmed", 40_000, async () => {
      const settled =
        (await shell(
          "ls -d /var/lib/tandem/pending /etc/systemd/system/tandem-rollback.timer 2>/dev/null || true",
        )) === "";
      if (!settled || (await shell("systemctl is-active tandem || true")) !== "active") return undefined;
      const found = await differences(wanted);
      if (found.length === 0) return "confirmed";
      return (await differences(good())).length === 0 ? "back" : undefined;
    });
    // A script that has passed the point of no return on the host runs to its end.
    if (step !== "confirm") expect(state).toBe("back");
    expect(diffObservation(wanted, await host.apply(wanted, options({ binaryPath: second.path })))).toEqual(
      [],
    );
    await host.apply(good(), options());
    expect(await listed()).toEqual(listing(before));
  });

  it("goes back by itself after a power loss in the middle of an apply", async () => {
    const before = await stateOf();
    const wanted = release({ haproxy: `${HAPROXY}# power loss\n` }, second);
    let died: Promise<void> | undefined;
    const error = await failureOf(
      host.apply(
        wanted,
        options({
          binaryPath: second.path,
          rollbackAfter: 5,
          onProgress: ({ step }) => {
            if (step === "self-check") died = lab.faults.kill("lb-a");
          },
        }),
      ),
    );
    await died;
    expect(codes(error)).toContain("HOST_ROLLBACK_PENDING");
    await lab.faults.start("lb-a");
    await until("the host is back", 40_000, async () => {
      const settled = (await shell("ls -d /var/lib/tandem/pending 2>/dev/null || true")) === "";
      return settled && (await shell("systemctl is-active tandem || true")) === "active" ? true : undefined;
    });
    expect(await differences(good())).toEqual([]);
    expect(await listed()).toEqual(listing(before));
  });

  it("lets one run work on it at a time, and is free again when that run dies", async () => {
    const shellOfA = await host.shell();
    const { lockHost } = await import("../../src/host/apply/lock.ts");
    const lock = await lockHost(shellOfA, "bob@ci pid 7");
    const wanted = release({ haproxy: `${HAPROXY}# lock\n` });
    const error = await failureOf(host.apply(wanted, options()));
    expect(codes(error)).toEqual(["HOST_LOCKED"]);
    expect(error.message).toMatch(/locked by bob@ci pid 7 since 20.*kill \d+ on the host/s);
    await lock.release();
    expect(await shell("ls /run")).not.toContain("tandem.lock");
    await lockHost(shellOfA, "bob@ci pid 8");
    await host.close();
    await until("the lock is free", 5_000, async () => {
      try {
        await host.apply(wanted, options());
        return true;
      } catch {
        return undefined;
      }
    });
    await host.apply(good(), options());
  });
});

describe("destroying", () => {
  it("leaves nothing behind and gives back what it had changed, but not what others have set since", async () => {
    await host.apply(release(), options());
    await shell("sysctl -qw net.ipv4.ip_nonlocal_bind=0; ip address add 10.255.0.1/32 dev lo");
    await host.apply(release(), options());
    const notes: string[] = [];
    await host.destroy(options({ onProgress: ({ message }) => notes.push(message) }));
    await shell("ip address del 10.255.0.1/32 dev lo");
    expectSame(await stateOf(), virgin);
    await host.destroy(options());
    expectSame(await stateOf(), virgin);
  });

  it("says which parameters are no longer ours and leaves them", async () => {
    const wanted = release({ sysctls: { "net.ipv4.conf.all.arp_announce": "2" } });
    await host.apply(wanted, options());
    await shell("sysctl -qw net.ipv4.conf.all.arp_announce=1");
    const notes: string[] = [];
    await host.destroy(options({ onProgress: ({ message }) => notes.push(message) }));
    expect(notes).toContain("sysctl net.ipv4.conf.all.arp_announce stays 1: somebody else has set it since");
    await shell("sysctl -qw net.ipv4.conf.all.arp_announce=0");
    expectSame(await stateOf(), virgin);
  });

  it("puts back a unit that had been there before", async () => {
    await shell(
      "printf '[Service]\\nExecStart=/bin/true\\n' >/etc/systemd/system/tandem.service; systemctl daemon-reload",
    );
    const before = await stateOf();
    await host.apply(release(), options());
    await host.destroy(options());
    expectSame(await stateOf(), before);
    await shell("rm /etc/systemd/system/tandem.service; systemctl daemon-reload");
  });

  it("is an error when the host is not there", async () => {
    const gone = openHost(connection({ address: lab.vips[5] ?? "", timeouts: { connect: 500 } }));
    expect(codes(await failureOf(gone.destroy(options())))).toEqual(["HOST_UNREACHABLE"]);
    expect(codes(await failureOf(gone.observe(release(), SECRETS)))).toEqual(["HOST_UNREACHABLE"]);
  });
});

/** Runs an apply in a process of its own and kills it as soon as it reports the step. */
async function killedAt(step: string, wanted: Release): Promise<void> {
  const { secrets, owner } = options();
  const job = {
    connection: connection(),
    release: wanted,
    options: { secrets, owner, binaryPath: second.path, rollbackAfter: 3 },
  };
  const child = spawn(
    process.execPath,
    ["--import", "tsx", new URL("./apply-child.mts", import.meta.url).pathname, JSON.stringify(job)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exit = new Promise((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== step) continue;
    child.kill("SIGKILL");
    break;
  }
  await exit;
}

const listed = async () => listing(await stateOf());

/** Paths only, without releases and executables, whose number depends on what was applied before. */
function listing(state: string): readonly string[] {
  return state
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter(
      (path) => path.startsWith("/") && !/^\/etc\/tandem\/releases\/|\/tandemd-[0-9a-f]{64}$/.test(path),
    );
}
