import type { Demo } from "./demo.ts";

/** Lines of each balancer that are shown. */
const latest = 150;

/** Not the log of the traffic, which says nothing of the daemon and is long. */
const ofTheDaemon = ["--unit", "tandem", "--identifier", "tandemd", "--identifier", "systemd"];

/** The same with keepalived, whose unit is its own. */
export const ofBothEngines = ["tandemd", "Keepalived_vrrp", "systemd"].flatMap((name) => [
  "--identifier",
  name,
]);

/** What the daemons of the balancers said lately, for whoever has to find out why something failed. */
export async function journals(
  { lab, balancers }: Pick<Demo, "lab" | "balancers">,
  wanted: readonly string[] = ofTheDaemon,
): Promise<readonly string[]> {
  const argv = ["journalctl", ...wanted, "--output", "short-iso-precise", "--no-hostname", "--utc"];
  const texts = await Promise.all(
    balancers.map(async (name) => {
      const { stdout, stderr } = await lab.exec(name, [...argv, "--lines", String(latest)], {
        allowFailure: true,
      });
      return [``, `── journal of ${name}`, ...(stdout || stderr).trimEnd().split("\n")];
    }),
  );
  return texts.flat();
}
