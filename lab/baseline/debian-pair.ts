import type { ReleaseFileName } from "../../src/render/index.ts";
import type { Lab } from "../lab.ts";
import { LabError } from "../run.ts";

/** The rendered files of a release that Debian's packages read as well. */
export type RenderedFiles = Readonly<Partial<Record<ReleaseFileName, { readonly text: string }>>>;

const places = {
  "haproxy.cfg": "/etc/haproxy/haproxy.cfg",
  "keepalived.conf": "/etc/keepalived/keepalived.conf",
  "nftables.nft": "/etc/nftables.d/pair.nft",
  "90-tandem.conf": "/etc/sysctl.d/90-pair.conf",
} as const;

/**
 * Runs a pair's rendered configuration on Debian's keepalived and haproxy, the way an operator would by hand:
 * files in place, kernel parameters set, configuration checked, services enabled and started.
 */
export async function provisionDebianPair(
  lab: Lab,
  releases: ReadonlyMap<string, RenderedFiles>,
): Promise<void> {
  for (const [host, files] of releases) {
    for (const [name, place] of Object.entries(places)) {
      const text = files[name as keyof typeof places]?.text;
      if (text === undefined) throw new LabError(`${host}: the release has no ${name}`);
      await writeFile(lab, host, place, text);
    }
    await lab.exec(host, ["sysctl", "--quiet", "--load", places["90-tandem.conf"]]);
    await lab.exec(host, ["nft", "--file", places["nftables.nft"]]);
    await lab.exec(host, ["haproxy", "-c", "-q", "-f", places["haproxy.cfg"]]);
    await lab.exec(host, ["keepalived", "--config-test", "--use-file", places["keepalived.conf"]]);
    await lab.exec(host, ["systemctl", "--quiet", "enable", "--now", "haproxy", "keepalived"]);
  }
}

export async function writeFile(
  lab: Lab,
  host: string,
  path: string,
  text: string,
  mode = "0644",
): Promise<void> {
  const script = 'mkdir -p "$(dirname "$1")" && cat >"$1.new" && chmod "$2" "$1.new" && mv "$1.new" "$1"';
  await lab.exec(host, ["sh", "-c", script, "write", path, mode], { input: text });
}
