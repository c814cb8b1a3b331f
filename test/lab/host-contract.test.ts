import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { createLab, type Lab } from "../../lab/index.ts";
import { lockHost } from "../../src/host/apply/lock.ts";
import { type Connection, type Host, openHost } from "../../src/host/index.ts";
import { filePath } from "../../src/host/layout.ts";
import { hostContract } from "../host/host-contract.ts";
import { makeRelease, SECRETS } from "../host/make-release.ts";
import { type StandIn, writeStandIn } from "../host/stand-in.ts";
import { rootOf } from "./connection.ts";

let lab: Lab;
let dir: string;
let binary: StandIn;
const opened: Host[] = [];

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "contract-"));
  lab = await createLab({ hosts: [{ name: "lb-a", role: "lb", sudo: "password" }] });
  binary = writeStandIn(dir);
});
afterAll(async () => {
  await Promise.all(opened.map((host) => host.close()));
  await lab?.down();
  rmSync(dir, { recursive: true, force: true });
});

function open(change: Partial<Connection> = {}): Host {
  const host = openHost(rootOf(lab, "lb-a", { user: "ops", sudo: { password: lab.opsPassword }, ...change }));
  opened.push(host);
  return host;
}

describe("a host over ssh", () =>
  hostContract(async () => {
    const host = open();
    const run = async (...argv: string[]) => (await lab.exec("lb-a", argv)).stdout.trim();
    await host.destroy({ owner: "alice@desk pid 1" });
    await run("sysctl", "-qw", "net.ipv4.ip_forward=0", "net.ipv4.ip_nonlocal_bind=0");
    return {
      host,
      release: (wish) => makeRelease(binary.ref, wish),
      options: (change) => ({
        secrets: SECRETS,
        binaryPath: binary.path,
        owner: "alice@desk pid 1",
        ...change,
      }),
      editFile: async (name, from, to) => {
        const edit = "BEGIN { $from = shift; $to = shift } s/\\Q$from\\E/$to/";
        await run("perl", "-i", "-pe", edit, from, to, filePath(name));
      },
      setSysctl: async (key, value) => {
        await run("sysctl", "-qw", `${key}=${value}`);
      },
      sysctl: async (key) => await run("sysctl", "-n", key),
      stopService: async () => {
        await run("systemctl", "disable", "-q", "--now", "tandem");
      },
      proxyUser: async (number) => {
        const script =
          'userdel tandem; groupdel tandem; [ -z "$1" ] || useradd --uid "$1" --user-group --no-create-home tandem';
        await run(
          "sh",
          "-c",
          `{ ${script}; } 2>/dev/null`,
          "account",
          number === undefined ? "" : String(number),
        );
      },
      lockBy: async (owner) => {
        const lock = await lockHost(await open().shell(), owner);
        return () => lock.release();
      },
      gone: async () => open({ address: lab.vips[7] ?? "", timeouts: { connect: 700 } }),
    };
  }));
