import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout this file belongs to. */
export const repository = resolve(fileURLToPath(import.meta.url), "../../..");

/** Built things that outlive a checkout: the Pulumi CLI and the lab's Debian root. */
export const cacheDir = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "tandem");

/** The version that lab/setup/pulumi-cli pins; ensure.sh reads the same line. */
export function pulumiVersion(): string {
  const goMod = readFileSync(join(repository, "lab/setup/pulumi-cli/go.mod"), "utf8");
  const version = /github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/.exec(goMod)?.[1];
  if (version === undefined)
    throw new Error("lab/setup/pulumi-cli/go.mod does not pin github.com/pulumi/pulumi/pkg/v3");
  return version;
}

/** Same major version, and not ancient: what ensure.sh takes for a fitting CLI. */
function fits(file: string): boolean {
  try {
    const [major, minor] = execFileSync(file, ["version"], { encoding: "utf8" })
      .trim()
      .replace(/^v/, "")
      .split(".");
    return major === "3" && Number(minor) >= 150;
  } catch {
    return false;
  }
}

/** The Pulumi CLI: $TANDEM_PULUMI, else a fitting one on PATH, else the one that ensure.sh built. */
export function pulumi(): string {
  const named = process.env.TANDEM_PULUMI;
  if (named) return named;
  const built = join(cacheDir, `pulumi-${pulumiVersion()}`, "pulumi");
  const onPath = (process.env.PATH ?? "").split(delimiter).map((dir) => join(dir, "pulumi"));
  return onPath.find((file) => existsSync(file) && fits(file)) ?? built;
}

/** The daemon as `npm run build` leaves it. */
export const tandemd = process.env.TANDEM_DAEMON || join(repository, "dist/tandemd");

/** What stands for systemctl on hosts that are only namespaces. */
export const systemctl = join(repository, "lab/systemctl/systemctl.pl");

/** The Debian root of the lab's hosts, named after the script that builds it. */
export function labRoot(): string {
  const script = readFileSync(join(repository, "lab/setup/root.sh"));
  return join(cacheDir, `lab-root-${createHash("sha256").update(script).digest("hex").slice(0, 12)}`);
}
