import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fillSecrets, type Release } from "../../src/render/index.ts";
import type { ResolvedNode } from "../../src/stack/index.ts";

export interface Verdict {
  readonly status: number | null;
  readonly output: string;
}

/** Why a program of the real thing cannot be asked here, or undefined. */
export function missing(program: string): string | undefined {
  if (program.includes("/")) return existsSync(program) ? undefined : `${program} is not built`;
  const found = spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;
  return found ? undefined : `${program} is not installed`;
}

function ask(program: string, args: readonly string[]): Verdict {
  const run = spawnSync(program, args, { encoding: "utf8", timeout: 20_000 });
  return { status: run.status, output: `${run.stdout}${run.stderr}` };
}

// keepalived 2.2.7 ends itself with SIGTERM in `-t` for any script user but root (it restores a
// parent-death signal that a test run does not have), whatever else the file says.
const rootScripts = (text: string): string => text.replace(/^( {4}user) (?!root$)\S+$/gm, "$1 root");

/** A certificate for nobody, and its key. */
const pem = (() => {
  let made: string | undefined;
  return () => {
    const args =
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=any -days 2 -keyout - -out -";
    made ??= spawnSync("openssl", args.split(" "), { encoding: "utf8" }).stdout;
    return made;
  };
})();

function standIn(secret: string): string {
  if (!secret.startsWith("certificate.")) return "s3cret";
  const what = secret.endsWith(".key") ? "PRIVATE KEY" : "CERTIFICATE";
  return new RegExp(`-----BEGIN ${what}-----[^-]+-----END ${what}-----\n`).exec(pem())?.[0] ?? "";
}

/** Runs something on the release's files with every secret filled in, in a folder of their own. */
export function withFiles<T>(release: Release, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "tandem-render-"));
  const secrets = Object.fromEntries(release.secretNames.map((name) => [name, standIn(name)]));
  try {
    for (const [name, file] of Object.entries(release.files)) {
      const text = fillSecrets(file.text, secrets);
      // Certificates are looked up on the hosts; here one of the test's stands for each.
      writeFileSync(
        join(folder, name),
        text
          .replace(/\b(crt|ca-file) \/\S+/g, `$1 ${join(folder, "any.pem")}`)
          // An apply makes the user, the unit the folder.
          .replace(/^( {4}(?:user|group)) tandem$/gm, "$1 root")
          .replace(/^( {4}chroot) \/run\/tandem\/empty$/m, `$1 ${folder}`),
      );
    }
    if (/ ssl /.test(release.files["haproxy.cfg"]?.text ?? "")) {
      writeFileSync(
        join(folder, "any.pem"),
        standIn("certificate.any.chain") + standIn("certificate.any.key"),
      );
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function askHaproxy(release: Release): Verdict {
  return withFiles(release, (folder) => ask("haproxy", ["-c", "-f", join(folder, "haproxy.cfg")]));
}

/** keepalived checks that interfaces exist, so it is asked in a network namespace that has the node's. */
export function askKeepalived(release: Release, node: ResolvedNode): Verdict {
  const interfaces = [
    ...new Set([...release.requires.interfaces, ...node.addresses.map((a) => a.interface)]),
  ];
  const setup = [
    ...interfaces.map(
      (name, i) => `ip link add ${name} type veth peer name peer${i} && ip link set ${name} up`,
    ),
    ...node.addresses.map(({ interface: name, address }) => `ip addr add ${address.text} dev ${name}`),
  ];
  return withFiles(release, (folder) => {
    const file = join(folder, "keepalived.conf");
    writeFileSync(file, rootScripts(readFileSync(file, "utf8")));
    const script = [...setup, `exec keepalived -t -f ${file}`].join(" && ");
    return ask("unshare", ["-n", "sh", "-c", script]);
  });
}

export function askNft(release: Release): Verdict {
  return withFiles(release, (folder) => {
    const file = join(folder, "nftables.nft");
    // Twice: a reload finds the table of the time before.
    return ask("unshare", ["-n", "sh", "-c", `nft -f ${file} && nft -f ${file} && nft list tables`]);
  });
}

export function askSystemd(release: Release): Verdict {
  return withFiles(release, (folder) => {
    const unit = join(folder, "tandem.service");
    return ask("systemd-analyze", ["verify", unit]);
  });
}

export const tandemd = new URL("../../dist/tandemd", import.meta.url).pathname;

/** What tandemd has against the files, notes left out: one line a diagnostic. */
export function askTandemd(release: Release): string[] {
  return withFiles(release, (folder) => {
    const haproxy =
      release.files["haproxy.cfg"] === undefined ? [] : ["--haproxy", join(folder, "haproxy.cfg")];
    const args = ["check", "--json", "--alone", ...haproxy, "--keepalived", join(folder, "keepalived.conf")];
    const run = spawnSync(tandemd, args, { encoding: "utf8", timeout: 20_000 });
    if (run.status !== 0 && run.stdout === "") throw new Error(`tandemd check: ${run.stderr}`);
    const found = JSON.parse(run.stdout) as {
      severity: string;
      code: string;
      message: string;
      line: number;
    }[];
    return found
      .filter(({ severity }) => severity !== "note")
      .map(({ severity, code, line, message }) => `${line}: ${severity} ${code}: ${message}`);
  });
}
