import { beforeEach, expect, it } from "vitest";
import type { TandemError } from "../../src/diagnostics/index.ts";
import { ExitCode } from "../../src/diagnostics/index.ts";
import {
  type ApplyOptions,
  type Difference,
  diffObservation,
  type Host,
  type Progress,
} from "../../src/host/index.ts";
import type { Release, ReleaseFileName } from "../../src/render/index.ts";
import { HAPROXY, type ReleaseWish, SECRETS } from "./make-release.ts";

/** A host with nothing on it, and hands on it. */
export interface ContractHost {
  readonly host: Host;
  release(wish?: ReleaseWish): Release;
  options(change?: Partial<ApplyOptions>): ApplyOptions;
  editFile(name: ReleaseFileName, from: string, to: string): Promise<void>;
  setSysctl(key: string, value: string): Promise<void>;
  sysctl(key: string): Promise<string>;
  stopService(): Promise<void>;
  /** A user and a group with the name of the proxy's and this number, or nobody. */
  proxyUser(number: number | undefined): Promise<void>;
  /** Somebody else takes the lock; the result gives it back. */
  lockBy(owner: string): Promise<() => Promise<void>>;
  /** The same host where nobody answers. */
  gone(): Promise<Host>;
}

/** What every Host promises, the real one over SSH and the one in memory. */
export function hostContract(make: () => Promise<ContractHost>): void {
  let on: ContractHost;
  beforeEach(async () => {
    on = await make();
  });
  const kinds = async (wanted: Release): Promise<readonly Difference["kind"][]> =>
    diffObservation(wanted, await on.host.observe(wanted, SECRETS)).map(({ kind }) => kind);
  const codes = async (promise: Promise<unknown>): Promise<readonly string[]> => {
    const error = await promise.then(
      () => undefined,
      (thrown: TandemError) => thrown,
    );
    return error?.problems.map(({ code }) => code) ?? [];
  };

  it("says of an empty host that everything is missing", async () => {
    const wanted = on.release();
    expect((await on.host.observe(wanted, SECRETS)).releaseId).toBeUndefined();
    expect(await kinds(wanted)).toEqual([
      ...["file", "file", "file", "file", "sysctl", "sysctl", "service", "service", "binary", "release"],
    ]);
  });

  it("brings a release, tells its steps, and finds nothing to do the second time", async () => {
    const wanted = on.release();
    const steps: string[] = [];
    const onProgress = ({ step }: Progress) => {
      if (steps.at(-1) !== step) steps.push(step);
    };
    expect(diffObservation(wanted, await on.host.apply(wanted, on.options({ onProgress })))).toEqual([]);
    expect(steps.filter((step) => step !== "check")).toEqual([
      ...["compare", "preflight", "upload", "stage", "switch", "self-check", "confirm", "done"],
    ]);
    steps.length = 0;
    await on.host.apply(wanted, on.options({ onProgress }));
    expect(steps).toEqual(["done"]);
  });

  it("shows what was changed by hand and repairs it", async () => {
    const wanted = on.release();
    await on.host.apply(wanted, on.options());
    await on.editFile("haproxy.cfg", "10.0.0.21", "10.0.0.99");
    await on.editFile("keepalived.conf", SECRETS["web.auth_pass"], "hunter22");
    await on.setSysctl("net.ipv4.ip_forward", "0");
    const found = diffObservation(wanted, await on.host.observe(wanted, SECRETS));
    expect(found.map(({ kind }) => kind)).toEqual([
      "file",
      "file",
      "sysctl",
      "running-config",
      "running-config",
    ]);
    expect(JSON.stringify(found)).toContain("10.0.0.99");
    expect(JSON.stringify(found)).not.toContain("hunter22");
    await on.stopService();
    expect(await kinds(wanted)).toContain("service");
    expect(diffObservation(wanted, await on.host.apply(wanted, on.options()))).toEqual([]);
  });

  it("refuses what the daemon refuses and changes nothing", async () => {
    await on.host.apply(on.release(), on.options());
    const bad = on.release({ haproxy: `${HAPROXY}bad-directive\n` });
    expect(await codes(on.host.preflight(bad, on.options()))).toEqual(["HOST_CONFIG_REFUSED"]);
    expect((await on.host.observe(bad, SECRETS)).failed).toBeUndefined();
    expect(await codes(on.host.apply(bad, on.options()))).toEqual(["HOST_CONFIG_REFUSED"]);
    expect(await kinds(on.release())).toEqual([]);
    expect((await on.host.observe(bad, SECRETS)).failed).toMatchObject({
      path: "/var/lib/tandem/failed",
      release: bad.id,
      by: "alice@desk pid 1",
      reason: expect.stringContaining("HOST_CONFIG_REFUSED"),
    });
  });

  it("goes back when the host does not run what it was given", async () => {
    await on.host.apply(on.release(), on.options());
    const bad = on.release({
      haproxy: `${HAPROXY}# never-listens\n`,
      sysctls: { "net.ipv4.ip_forward": "1" },
    });
    const found = await codes(on.host.apply(bad, on.options({ rollbackAfter: 9 })));
    expect(found).toEqual(["HOST_SELF_CHECK_FAILED", "HOST_ROLLED_BACK"]);
    expect(await kinds(on.release())).toEqual([]);
    const failed = async () => (await on.host.observe(on.release(), SECRETS)).failed;
    expect(await failed()).toMatchObject({
      release: bad.id,
      reason: expect.stringContaining("HOST_SELF_CHECK_FAILED"),
    });
    await on.host.apply(on.release({ sysctls: { "net.ipv4.ip_forward": "1" } }), on.options());
    expect(await failed()).toBeUndefined();
  });

  it("names an interface and a parameter that the host does not have", async () => {
    const wanted = on.release({
      requires: { interfaces: ["eth7"] },
      sysctls: { "net.ipv4.no_such_thing": "1" },
    });
    expect(await codes(on.host.preflight(wanted, on.options()))).toEqual([
      "HOST_NO_INTERFACE",
      "HOST_SYSCTL_UNKNOWN",
    ]);
  });

  it("makes the proxy's user once, finds it missing, and leaves it there in the end", async () => {
    await on.proxyUser(undefined);
    const wanted = on.release({ sysusers: true });
    expect(await kinds(wanted)).toContain("user");
    const steps: string[] = [];
    const options = on.options({ onProgress: ({ step }) => steps.push(step) });
    expect(diffObservation(wanted, await on.host.apply(wanted, options))).toEqual([]);
    expect(steps.filter((step) => step === "user")).toHaveLength(1);
    await on.host.apply(on.release({ sysusers: true, haproxy: `${HAPROXY}# more\n` }), options);
    expect(steps.filter((step) => step === "user")).toHaveLength(1);
    await on.host.apply(wanted, on.options());
    await on.proxyUser(undefined);
    expect(await kinds(wanted)).toEqual(["user"]);
    await on.host.apply(wanted, on.options());
    expect(await kinds(wanted)).toEqual([]);
    await on.host.destroy(on.options());
    expect(await kinds(wanted)).not.toContain("user");
  });

  it("looks at no user of that name where the definition names another for its proxy", async () => {
    await on.proxyUser(1234);
    expect(diffObservation(on.release(), await on.host.apply(on.release(), on.options()))).toEqual([]);
    await on.proxyUser(undefined);
    expect(await kinds(on.release())).toEqual([]);
  });

  it("takes a service's user of that name as it is, and does not become somebody who logs in", async () => {
    const wanted = on.release({ sysusers: true });
    await on.proxyUser(1234);
    expect(await codes(on.host.preflight(wanted, on.options()))).toEqual(["HOST_USER_TAKEN"]);
    expect(await codes(on.host.apply(wanted, on.options()))).toEqual(["HOST_USER_TAKEN"]);
    expect((await on.host.observe(wanted, SECRETS)).files).toEqual({});
    await on.proxyUser(765);
    const steps: string[] = [];
    await on.host.apply(wanted, on.options({ onProgress: ({ step }) => steps.push(step) }));
    expect(steps).not.toContain("user");
    expect(await kinds(wanted)).toEqual([]);
    await on.proxyUser(undefined);
  });

  it("makes no user for a release that the host refuses", async () => {
    await on.proxyUser(undefined);
    const bad = on.release({ sysusers: true, haproxy: `${HAPROXY}bad-directive\n` });
    expect(await codes(on.host.apply(bad, on.options()))).toEqual(["HOST_CONFIG_REFUSED"]);
    expect(await kinds(bad)).toContain("user");
  });

  it("gives back the parameters that leave the release, and all of them on destroy", async () => {
    await on.host.apply(on.release(), on.options());
    await on.host.apply(on.release({ sysctls: { "net.ipv4.ip_forward": "1" } }), on.options());
    expect(await on.sysctl("net.ipv4.ip_nonlocal_bind")).toBe("0");
    await on.host.destroy(on.options());
    expect(await on.sysctl("net.ipv4.ip_forward")).toBe("0");
    expect((await on.host.observe(on.release(), SECRETS)).files).toEqual({});
    await on.host.destroy(on.options());
  });

  it("leaves a parameter on destroy that somebody else has set since, and says so", async () => {
    await on.host.apply(on.release({ sysctls: { "net.ipv4.conf.all.arp_announce": "2" } }), on.options());
    await on.setSysctl("net.ipv4.conf.all.arp_announce", "1");
    const notes: string[] = [];
    await on.host.destroy(on.options({ onProgress: ({ message }) => notes.push(message) }));
    expect(notes).toContain("sysctl net.ipv4.conf.all.arp_announce stays 1: somebody else has set it since");
    expect(await on.sysctl("net.ipv4.conf.all.arp_announce")).toBe("1");
    await on.setSysctl("net.ipv4.conf.all.arp_announce", "0");
  });

  it("lets one run at a time work on it", async () => {
    const unlock = await on.lockBy("bob@ci pid 7");
    const failed = on.host.apply(on.release(), on.options());
    await expect(failed).rejects.toThrow("locked by bob@ci pid 7");
    await unlock();
    await on.host.apply(on.release(), on.options());
  });

  it("stops before the switch when it is interrupted", async () => {
    const controller = new AbortController();
    const onProgress = ({ step }: Progress) => {
      if (step === "preflight") controller.abort(new Error("interrupted"));
    };
    const failed = on.host.apply(on.release(), on.options({ signal: controller.signal, onProgress }));
    await expect(failed).rejects.toThrow("interrupted");
    expect((await on.host.observe(on.release(), SECRETS)).releaseId).toBeUndefined();
  });

  it("is an error, never an empty host, when nobody answers", async () => {
    const gone = await on.gone();
    const expected = { code: "HOST_UNREACHABLE", exitCode: ExitCode.unreachable };
    await expect(gone.observe(on.release(), SECRETS)).rejects.toMatchObject(expected);
    await expect(gone.apply(on.release(), on.options())).rejects.toMatchObject(expected);
    await expect(gone.destroy(on.options())).rejects.toMatchObject(expected);
    await expect((await gone.shell()).run(["true"])).rejects.toMatchObject(expected);
  });
}
