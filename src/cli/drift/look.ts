import { together } from "../../diagnostics/index.ts";
import { filePath, openHost, readAudit } from "../../host/index.ts";
import { type NodeInputs, toRelease } from "../../provider/node/inputs.ts";
import { HostPaths, type ReleaseFileName } from "../../render/release.ts";
import type { DriftReport } from "./finding.ts";
import { type LookedAt, nodeDrift } from "./node.ts";
import { pairDrift } from "./pair.ts";

/** Looks at every node of a deployment, all at once, and changes nothing. */
export async function lookAt(deployed: readonly NodeInputs[], signal: AbortSignal): Promise<DriftReport> {
  const nodes = await together(deployed.map((inputs) => lookAtNode(inputs, signal)));
  const pairs = [...new Set(nodes.map(({ release }) => release.pair))];
  return {
    nodes: nodes.map(({ release }) => ({ pair: release.pair, node: release.node, release: release.id })),
    drift: pairs.flatMap((pair) => {
      const own = nodes.filter(({ release }) => release.pair === pair);
      return [...own.flatMap(nodeDrift), ...pairDrift(pair, own)];
    }),
  };
}

export async function lookAtNode(inputs: NodeInputs, signal: AbortSignal): Promise<LookedAt> {
  const release = toRelease(inputs);
  const host = openHost(inputs.connection);
  try {
    const found = await host.observe(release, inputs.secrets);
    const names = Object.keys({ ...release.files, ...found.files }) as ReleaseFileName[];
    const binary = `${HostPaths.binaryDir}/tandemd-${release.binary.sha256}`;
    const paths = [...names.map(filePath), binary, ...SYSCTL_FILES];
    const audit = await readAudit(await host.shell(), paths, release.files["nftables.nft"]?.text, { signal });
    return { release, found, audit };
  } finally {
    await host.close();
  }
}

/** Where a later word on a kernel parameter stands mostly. */
const SYSCTL_FILES = ["/etc/sysctl.conf", "/etc/sysctl.d/99-sysctl.conf", "/etc/sysctl.d/99-local.conf"];
