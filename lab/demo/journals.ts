import type { Demo } from "./demo.ts";

/** Lines of each balancer that are shown. */
const latest = 150;

/** Not the log of the traffic, which says nothing of the daemon and is long. */
const said = ["--identifier", "tandemd", "--identifier", "systemd"];

/** What the daemons of the balancers said lately, for whoever has to find out why the demo failed. */
export async function journals({ lab, balancers }: Demo): Promise<readonly string[]> {
  const argv = [
    "journalctl",
    "--unit",
    "tandem",
    ...said,
    "--output",
    "short-iso-precise",
    "--no-hostname",
    "--utc",
  ];
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
