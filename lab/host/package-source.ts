import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeFile } from "../baseline/debian-pair.ts";
import type { Lab } from "../lab.ts";
import { LabError, run } from "../run.ts";
import { labRoot } from "../setup/paths.ts";

const FOLDER = "/srv/packages";

/**
 * Gives a host package sources that it reaches without a network: the archives that the lab's services were made
 * of, so that it can install haproxy and keepalived by itself. Nothing is installed by this.
 */
export async function offerPackages(lab: Lab, host: string): Promise<void> {
  const archives = join(labRoot(), "packages");
  const index = await mkdtemp(join(tmpdir(), "tandem-packages-"));
  try {
    writeFileSync(join(index, "Packages"), await describe(archives));
    const both = ["-C", archives, ".", "-C", index, "Packages"];
    await lab.exec(host, ["mkdir", "-p", FOLDER]);
    const unpack = lab.spawn(host, ["tar", "-x", "-C", FOLDER], { stdio: ["pipe", "ignore", "inherit"] });
    const pack = spawn("tar", ["-c", ...both], { stdio: ["ignore", "pipe", "inherit"] });
    if (unpack.stdin !== null) pack.stdout.pipe(unpack.stdin);
    const [[packed], [unpacked]] = await Promise.all([once(pack, "exit"), once(unpack, "exit")]);
    if (packed !== 0 || unpacked !== 0) throw new LabError(`packages could not be sent to ${host}`);
  } finally {
    await rm(index, { recursive: true });
  }
  await writeFile(lab, host, "/etc/apt/sources.list", `deb [trusted=yes] file:${FOLDER} ./\n`);
}

/** The index that apt reads: what each archive says of itself, its size and its digest. */
async function describe(folder: string): Promise<string> {
  const names = readdirSync(folder).filter((name) => name.endsWith(".deb"));
  const entries = names.map(async (name) => {
    const bytes = readFileSync(join(folder, name));
    const { stdout } = await run(["dpkg-deb", "--field", join(folder, name)]);
    const digest = createHash("sha256").update(bytes).digest("hex");
    return `${stdout.trim()}\nFilename: ./${name}\nSize: ${bytes.length}\nSHA256: ${digest}\n`;
  });
  return `${(await Promise.all(entries)).join("\n")}`;
}
