import type { PairPicture, Topology } from "./model.ts";

const label = (text: string) => `"${text.replaceAll('"', "#quot;")}"`;
const id = (...parts: readonly string[]) => parts.join("_").replace(/[^A-Za-z0-9_]/g, "_");

function pairLines(pair: PairPicture): string[] {
  const p = pair.name;
  const lines = [`  subgraph ${id(p)} [${label(`pair ${p}`)}]`];
  for (const node of pair.nodes) {
    lines.push(`    ${id(p, "node", node.name)}[${label(`${node.name}<br/>${node.address}`)}]`);
  }
  for (const f of pair.frontends) {
    lines.push(`    ${id(p, "fe", f.name)}([${label(`${f.name}<br/>${f.mode} ${f.binds.join(" ")}`)}])`);
  }
  lines.push("  end");
  for (const vip of pair.vips) {
    const vipId = id(p, "vip", vip.address);
    lines.push(`  ${vipId}{{${label(vip.address)}}}`);
    for (const node of pair.nodes) {
      const arrow = node.name === vip.master ? "==>" : "-.->";
      lines.push(`  ${vipId} ${arrow} ${id(p, "node", node.name)}`);
    }
  }
  for (const f of pair.frontends) {
    for (const node of pair.nodes) lines.push(`  ${id(p, "node", node.name)} --- ${id(p, "fe", f.name)}`);
    if (f.backend !== undefined) lines.push(`  ${id(p, "fe", f.name)} --> ${id(p, "be", f.backend)}`);
  }
  for (const b of pair.backends) {
    lines.push(`  ${id(p, "be", b.name)}[/${label(`${b.name}<br/>${b.balance}`)}/]`);
    for (const s of b.servers) {
      const server = id(p, "srv", b.name, s.name);
      lines.push(
        `  ${server}[(${label(`${s.name}<br/>${s.address}`)})]`,
        `  ${id(p, "be", b.name)} --> ${server}`,
      );
    }
  }
  return lines;
}

/** The topology as a Mermaid flowchart. A thick arrow leads to the node that holds the address. */
export function toMermaid(topology: Topology): string {
  return `${["flowchart LR", ...topology.pairs.flatMap(pairLines)].join("\n")}\n`;
}
