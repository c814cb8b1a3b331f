import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMemoryHost, diffObservation } from "../../src/host/index.ts";
import { readFacts } from "../../src/host/observe/facts.ts";
import { DAEMON_PROTOCOL, olderDaemon, readSpoken } from "../../src/host/skew.ts";
import { ailments } from "../../src/provider/node/health.ts";
import { daemonStatus } from "../../src/verify/status.ts";
import { HAPROXY, makeRelease, SECRETS } from "./make-release.ts";

const release = makeRelease({ sha256: "a".repeat(64), version: "0.1.0" });
const changed = makeRelease(release.binary, {
  haproxy: `${HAPROXY}# changed
`,
});
const options = { secrets: SECRETS, binaryPath: "unused", owner: "alice@desk pid 1" };
const NEWER = { version: "9.1.0", protocol: DAEMON_PROTOCOL + 1 };

describe("a tool and a daemon of different versions", () => {
  it("have one number, written in both", () => {
    const source = readFileSync(
      new URL("../../daemon/crates/supervisor/src/lib.rs", import.meta.url),
      "utf8",
    );
    expect(/pub const PROTOCOL: u32 = (\d+);/.exec(source)?.[1]).toBe(String(DAEMON_PROTOCOL));
  });

  it("know each other by what any status says, whatever else it has", () => {
    expect(readSpoken('{"version":"9.1.0","protocol":7,"vrrp":"in other words"}')).toEqual({
      version: "9.1.0",
      protocol: 7,
    });
    for (const none of ["", "no service", '{"version":"1"}', '{"protocol":"1","version":"1"}'])
      expect(readSpoken(none)).toBeUndefined();
  });

  it("know each other also when the rest of the status cannot be understood", () => {
    const status = Buffer.from(JSON.stringify({ ...NEWER, vrrp: "in other words" }));
    const facts = readFacts(
      [
        { kind: "status", fields: [status] },
        { kind: "end", fields: [] },
      ],
      [],
      [],
    );
    expect(facts?.daemon).toBeUndefined();
    expect(facts?.speaks).toEqual(NEWER);
  });

  it("do not touch each other when the daemon is newer, until it is stopped on purpose", async () => {
    let runs = { version: "0.1.0", protocol: DAEMON_PROTOCOL };
    const host = createMemoryHost({ name: "lb-a", status: () => runs });
    await host.apply(release, options);
    runs = NEWER;
    for (const attempt of ["apply", "preflight"] as const)
      await expect(host[attempt](changed, options)).rejects.toMatchObject({
        code: "HOST_DAEMON_NEWER",
        message: expect.stringMatching(
          /tandemd 9\.1\.0 runs there and speaks protocol 2.*fix: use a Tandem as new as 9\.1\.0/s,
        ),
      });
    const found = await host.observe(release, SECRETS);
    expect(diffObservation(release, found)).toEqual([]);
    const [reason] = ailments(release, found);
    expect(reason).toMatch(/protocol 2.*use a Tandem as new/);
    host.machine.setService({ active: false });
    runs = { version: "0.1.0", protocol: DAEMON_PROTOCOL };
    await host.apply(changed, options);
    expect(ailments(changed, await host.observe(changed, SECRETS))).toEqual([]);
  });

  it("are told of when a drill or a status asks", async () => {
    const status = async () => ({ exitCode: 0, stdout: Buffer.from(JSON.stringify(NEWER)), stderr: "" });
    const shell = { name: "lb-a", run: status, close: async () => undefined };
    await expect(daemonStatus(shell, "tandemd")).rejects.toMatchObject({
      code: "HOST_DAEMON_NEWER",
    });
  });

  it("go on when the daemon is older, with a word", () => {
    expect(olderDaemon({ version: "0.0.9", protocol: DAEMON_PROTOCOL - 1 })).toContain("it is replaced");
    expect(olderDaemon({ version: "0.1.0", protocol: DAEMON_PROTOCOL })).toBeUndefined();
  });
});
