import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { run } from "../../lab/index.ts";
import { pulumi, tandemd } from "../../lab/setup/paths.ts";

/** What figures were made on and with; `others` are commands that print the version of what is compared. */
export async function machine(
  others: Readonly<Record<string, readonly string[]>> = {},
): Promise<Readonly<Record<string, string>>> {
  const first = async (argv: readonly string[]) => {
    const { stdout, stderr } = await run(argv);
    return (stdout || stderr).split("\n")[0]?.trim() ?? "";
  };
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const rest = Object.entries({ ...others, ssh: ["ssh", "-V"] }).map(
    async ([name, argv]) => [name, await first(argv)] as const,
  );
  return {
    processors: `${cpus().length} × ${cpus()[0]?.model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    kernel: release(),
    "other work (load average before the run)": (loadavg()[0] ?? 0).toFixed(1),
    tandem: `${version}, ${await first([tandemd, "--version"])}`,
    pulumi: await first([pulumi(), "version"]),
    node: process.version,
    ...Object.fromEntries(await Promise.all(rest)),
  };
}
