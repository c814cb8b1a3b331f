import { beforeEach, describe, expect, it } from "vitest";
import { until } from "../../../lab/index.ts";
import { diffObservation } from "../../../src/host/index.ts";
import { HAPROXY } from "../../host/make-release.ts";
import {
  codes,
  differences,
  expectSame,
  failureOf,
  first,
  good,
  host,
  options,
  release,
  runsGood,
  second,
  shell,
  stateOf,
} from "./world.ts";

export const applyAgain = () =>
  describe("applying to a host that runs a release", () => {
    beforeEach(runsGood);

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

    it("lets one run work on it at a time, and is free again when that run dies", async () => {
      const shellOfA = await host.shell();
      const { lockHost } = await import("../../../src/host/apply/lock.ts");
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
