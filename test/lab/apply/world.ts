import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { createLab, type Lab } from "../../../lab/index.ts";
import type { TandemError } from "../../../src/diagnostics/index.ts";
import {
  type ApplyOptions,
  type Connection,
  type Difference,
  diffObservation,
  type Host,
  openHost,
} from "../../../src/host/index.ts";
import type { Release } from "../../../src/render/index.ts";
import { makeRelease, type ReleaseWish, SECRETS } from "../../host/make-release.ts";
import { type StandIn, writeStandIn } from "../../host/stand-in.ts";
import { rootOf } from "../connection.ts";

export let lab: Lab;
let dir: string;
export let first: StandIn;
export let second: StandIn;
export let host: Host;
/** What lb-a is before anything is shipped. */
export let virgin: string;

/** A host of its own, one with a password for sudo, and two stand-ins for the daemon. */
export async function begin(): Promise<void> {
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
}

export async function end(): Promise<void> {
  await host?.close();
  await lab?.down();
  rmSync(dir, { recursive: true, force: true });
}

export const connection = (change: Partial<Connection> = {}): Connection => rootOf(lab, "lb-a", change);

export function options(change: Partial<ApplyOptions> = {}): ApplyOptions {
  return { secrets: SECRETS, binaryPath: first.path, owner: "alice@desk pid 1", ...change };
}

/** Files with mode, owner and digest, parameters, units, addresses and processes of lb-a. */
export async function stateOf(name = "lb-a"): Promise<string> {
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
export function expectSame(after: string, before: string): void {
  const [is, was] = [after.split("\n"), before.split("\n")];
  expect({
    added: is.filter((line) => !was.includes(line)),
    gone: was.filter((line) => !is.includes(line)),
  }).toEqual({ added: [], gone: [] });
}

export const shell = async (script: string) => (await lab.exec("lb-a", ["sh", "-c", script])).stdout.trim();

export function release(wish: ReleaseWish = {}, binary = first): Release {
  return makeRelease(binary.ref, {
    requires: {
      interfaces: ["eth0"],
      listens: [{ address: "*", port: 8080, frontend: "web" }],
      vips: [{ address: `${lab.vips[0]}/24`, interface: "eth0" }],
    },
    ...wish,
  });
}

/** What a host runs before something is done to it. */
export const good = () => release();

export async function runsGood(): Promise<void> {
  await host.apply(good(), options());
  expect(await differences(good())).toEqual([]);
}

export async function differences(wanted: Release): Promise<readonly Difference[]> {
  return diffObservation(wanted, await host.observe(wanted, SECRETS));
}

export async function failureOf(promise: Promise<unknown>): Promise<TandemError> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) throw new Error("it did not fail");
  return error as TandemError;
}

export const codes = (error: TandemError) => error.problems.map(({ code }) => code);
