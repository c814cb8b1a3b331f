import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { run } from "../../lab/index.ts";
import { pulumi, tandemd } from "../../lab/setup/paths.ts";

/** What the figures were made on and with. */
export async function machine(ansible: string): Promise<Readonly<Record<string, string>>> {
  const first = async (...argv: string[]) => {
    const { stdout, stderr } = await run(argv);
    return (stdout || stderr).split("\n")[0]?.trim() ?? "";
  };
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  return {
    processors: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    "other work (load average before the run)": (loadavg()[0] ?? 0).toFixed(1),
    tandem: `${version}, ${await first(tandemd, "--version")}`,
    pulumi: await first(pulumi(), "version"),
    node: process.version,
    ansible: await first(join(ansible, "bin/ansible"), "--version"),
    "python of the controller": await first(join(ansible, "bin/python"), "--version"),
    "python of the hosts": await first("/usr/bin/python3", "--version"),
    ssh: await first("ssh", "-V"),
  };
}
