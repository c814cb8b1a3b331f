import { beforeEach, describe, expect, it } from "vitest";
import { until } from "../../../lab/index.ts";
import { diffObservation, openHost, type Progress } from "../../../src/host/index.ts";
import { HAPROXY, SECRETS } from "../../host/make-release.ts";
import {
  codes,
  connection,
  expectSame,
  failureOf,
  host,
  lab,
  options,
  release,
  shell,
  stateOf,
  virgin,
} from "./world.ts";

export const firstApply = () =>
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
