import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Problem } from "../../diagnostics/index.ts";
import type { Release } from "../../render/index.ts";
import type { CliContext } from "../context.ts";
import { hasTandemd } from "../tandemd.ts";
import { checkedFiles, lintedFiles } from "./reads.ts";

export interface DaemonVerdict {
  readonly problems: readonly Problem[];
  /** Why the daemon was not asked. */
  readonly skipped?: string;
}

/** Has tandemd read the rendered files, as the host will. Secrets stand as short stand-ins. */
export async function checkWithDaemon(
  context: CliContext,
  releases: readonly Release[],
): Promise<DaemonVerdict> {
  if (!hasTandemd(context.env)) {
    return {
      problems: [],
      skipped: "dist/tandemd is not built, so its parser was not asked (npm run build:daemon)",
    };
  }
  const folder = mkdtempSync(join(tmpdir(), "tandem-check-"));
  const renamed = (text: string): string => text.replaceAll(`${folder}/`, "");
  try {
    const found = await Promise.all(
      releases.map((release) =>
        checkedFiles(context, written(release, folder), ({ code, message, file }) => ({
          code: "CLI_DAEMON_REFUSES",
          message: `tandemd ${code}: ${message}`,
          file: typeof file === "string" ? renamed(file) : release.node,
        })),
      ),
    );
    // Both nodes of a pair have the same frontends and backends.
    const first = releases.filter(({ pair }, i) => releases.findIndex((one) => one.pair === pair) === i);
    const proxies = first.filter(({ files }) => files["haproxy.cfg"] !== undefined);
    const linted = await Promise.all(
      proxies.map(({ node }) =>
        lintedFiles(context, ["--haproxy", copyOf(folder, node, "haproxy.cfg")], renamed),
      ),
    );
    return { problems: [...found, ...linted].flat() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const copyOf = (folder: string, node: string, name: string): string => join(folder, `${node}.${name}`);

/** Writes the files of a release, and names them as tandemd wants them named. */
function written({ files, node }: Release, folder: string): readonly string[] {
  return (["haproxy.cfg", "keepalived.conf"] as const).flatMap((name) => {
    const text = files[name]?.text;
    if (text === undefined) return [];
    const path = copyOf(folder, node, name);
    writeFileSync(path, text.replace(/@@secret:[^@]+@@/g, "x"));
    return [name === "haproxy.cfg" ? "--haproxy" : "--keepalived", path];
  });
}
