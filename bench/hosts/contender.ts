import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { provisionDebianPair, writeFile } from "../../lab/baseline/debian-pair.ts";
import { type Lab, LabError, run, until } from "../../lab/index.ts";
import { tandemd } from "../../lab/setup/paths.ts";
import { binaryPath, HostPaths, type Release, render } from "../../src/render/index.ts";
import type { ResolvedPair } from "../../src/stack/index.ts";
import { type Contender, members } from "./definition.ts";

/** The service units whose processes a fault ends: those that hold the address and serve it. */
const units: Record<Contender, readonly string[]> = { tandem: ["tandem"], debian: ["keepalived", "haproxy"] };
/** The unit whose orderly stop hands the address over. */
const holder: Record<Contender, string> = { tandem: "tandem", debian: "keepalived" };

/** A running pair, whoever runs it. */
export interface PairControl {
  readonly contender: Contender;
  /** The host that has the virtual address; undefined when none has, or more than one. `except` is cut off. */
  master(except?: string): Promise<string | undefined>;
  stopHolder(host: string): Promise<void>;
  /** SIGKILL to the main process of the unit that holds the address. */
  killMain(host: string): Promise<void>;
  /** SIGKILL to every process of every unit of the pair. */
  killAll(host: string): Promise<void>;
  /** Starts whatever of the units does not run. */
  startAll(host: string): Promise<void>;
}

export async function provision(lab: Lab, contender: Contender, pair: ResolvedPair): Promise<void> {
  const binary = contender === "tandem" ? await ownBinary() : { sha256: "0".repeat(64), version: "0.0.0" };
  // Who haproxy's processes are on Debian.
  const debian = { user: "haproxy", group: "haproxy", globalDirectives: ["chroot /var/lib/haproxy"] };
  const wanted = contender === "tandem" ? pair : { ...pair, proxy: { ...pair.proxy, ...debian } };
  const releases = new Map(members[contender].map((host) => [host, render(wanted, host, binary)]));
  if (contender === "debian") {
    await provisionDebianPair(lab, new Map([...releases].map(([host, release]) => [host, release.files])));
    return;
  }
  for (const [host, release] of releases) await provisionTandem(lab, host, release);
}

async function ownBinary() {
  const { version } = JSON.parse((await run([tandemd, "--version", "--json"])).stdout) as { version: string };
  return { version, sha256: createHash("sha256").update(readFileSync(tandemd)).digest("hex") };
}

async function provisionTandem(lab: Lab, host: string, release: Release): Promise<void> {
  const binary = binaryPath(release.binary);
  const folder = `${HostPaths.releases}/${release.id}`;
  await lab.exec(host, ["mkdir", "-p", HostPaths.binaryDir, folder]);
  await run(["scp", "-q", "-F", lab.ssh.configFile, tandemd, `${host}:${binary}`]);
  await lab.exec(host, ["chmod", "755", binary]);
  await lab.exec(host, ["ln", "-sfn", folder, HostPaths.current]);
  for (const file of Object.values(release.files)) {
    await writeFile(lab, host, file.path, file.text, file.mode.toString(8));
  }
  await lab.exec(host, ["sysctl", "--quiet", "--load", HostPaths.sysctl]);
  await lab.exec(host, ["systemd-sysusers", `${HostPaths.current}/sysusers.conf`]);
  await lab.exec(host, ["systemctl", "daemon-reload"]);
  await lab.exec(host, ["systemctl", "--quiet", "enable", "--now", "tandem"]);
}

export function control(lab: Lab, contender: Contender, vip: string): PairControl {
  const holds = async (host: string): Promise<boolean> =>
    (await lab.exec(host, ["ip", "-o", "address", "show", "to", vip])).stdout !== "";
  return {
    contender,
    master: async (except) => {
      const holding = [];
      for (const host of members[contender]) if (host !== except && (await holds(host))) holding.push(host);
      return holding.length === 1 ? holding[0] : undefined;
    },
    stopHolder: async (host) => {
      await lab.exec(host, ["systemctl", "stop", holder[contender]]);
    },
    killMain: (host) => kill(lab, host, [holder[contender]], "main"),
    killAll: (host) => kill(lab, host, units[contender], "all"),
    startAll: async (host) => {
      await until(`${units[contender].join(" and ")} run on ${host}`, 20_000, async () => {
        await lab.exec(host, ["systemctl", "reset-failed", ...units[contender]], { allowFailure: true });
        const started = await lab.exec(host, ["systemctl", "start", ...units[contender]], {
          allowFailure: true,
        });
        return started.code === 0 ? true : undefined;
      });
    },
  };
}

/** Ends when the main processes are gone, so that a kill which hit nothing cannot pass for a quick failover. */
async function kill(
  lab: Lab,
  host: string,
  services: readonly string[],
  whom: "main" | "all",
): Promise<void> {
  const show = ["systemctl", "show", "--value", "--property=MainPID", ...services];
  const pids = (await lab.exec(host, show)).stdout.split("\n").filter((pid) => Number(pid) > 0);
  if (pids.length !== services.length)
    throw new LabError(`${host}: one of ${services.join(", ")} does not run`);
  await lab.exec(host, ["systemctl", "kill", `--kill-whom=${whom}`, "--signal=SIGKILL", ...services]);
  await until("the killed processes are gone", 5000, async () => {
    const probe = [
      "sh",
      "-c",
      'for pid; do kill -0 "$pid" 2>/dev/null && exit 1; done; exit 0',
      "gone",
      ...pids,
    ];
    return (await lab.exec(host, probe, { allowFailure: true })).code === 0 ? true : undefined;
  });
}
