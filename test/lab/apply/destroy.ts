import { describe, expect, it } from "vitest";
import { openHost } from "../../../src/host/index.ts";
import { SECRETS } from "../../host/make-release.ts";
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

export const destroying = () =>
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
      expect(notes).toContain(
        "sysctl net.ipv4.conf.all.arp_announce stays 1: somebody else has set it since",
      );
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
