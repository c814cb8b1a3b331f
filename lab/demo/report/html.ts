import { escapeXml } from "../../../src/cli/graph/svg.ts";
import type { DrillResult } from "../../../src/verify/drill.ts";
import type { DemoReport, DemoStep } from "./model.ts";
import { timelinePlot } from "./timeline-plot.ts";

const css = `
:root{color-scheme:light dark;--line:#8884;--ok:#2b8a3e;--bad:#c92a2a}
body{font:16px/1.5 system-ui,sans-serif;max-width:1100px;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid var(--line);padding:.35rem .6rem;text-align:left}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
pre{overflow:auto;border:1px solid var(--line);border-radius:6px;padding:.8rem;font-size:13px;line-height:1.35}
figure{margin:1.5rem 0}figcaption{font-weight:600}.add{color:var(--ok)}.del{color:var(--bad)}
svg{width:100%;height:auto}
`;

function diffLine(line: string): string {
  const kind = /^\s*[+]/.test(line) ? "add" : /^\s*[-]/.test(line) ? "del" : undefined;
  return kind === undefined ? escapeXml(line) : `<span class="${kind}">${escapeXml(line)}</span>`;
}

function stepSection(step: DemoStep): string {
  const observed = step.observed.map((o) => `<li>${escapeXml(o)}</li>`).join("");
  const excerpts = step.excerpts
    .map((e) => `<h3>${escapeXml(e.title)}</h3><pre>${e.text.split("\n").map(diffLine).join("\n")}</pre>`)
    .join("");
  return `<section><h2>${escapeXml(step.title)} <small>${step.seconds.toFixed(1)} s</small></h2><ul>${observed}</ul>${excerpts}</section>`;
}

function drillRow(d: DrillResult): string {
  return `<tr><td>${d.fault}</td><td>${escapeXml(d.masterBefore)} → ${escapeXml(d.masterAfter)}</td><td class="n">${d.outageMs.toFixed(0)}</td><td class="n">${d.lost} of ${d.requests}</td><td class="n">${d.failback.happened ? d.failback.outageMs.toFixed(0) : "no failback"}</td><td>${d.passed ? "passed" : escapeXml(`failed: ${d.failures.join("; ")}`)}</td></tr>`;
}

function drillSection(drills: readonly DrillResult[]): string {
  if (drills.length === 0) return "";
  const plots = drills
    .map(
      (d) =>
        `<figure><figcaption>${d.fault} on ${escapeXml(d.masterBefore)}: ${d.outageMs.toFixed(0)} ms</figcaption>${timelinePlot(d)}</figure>`,
    )
    .join("");
  return `<section><h2>Failover as the client saw it</h2><table><thead><tr><th>fault</th><th>master</th><th class="n">outage, ms</th><th class="n">lost</th><th class="n">failback outage, ms</th><th>verdict</th></tr></thead><tbody>${drills.map(drillRow).join("")}</tbody></table>${plots}</section>`;
}

/** The whole report as one page without external resources. */
export function reportHtml(report: DemoReport): string {
  const { machine, tandemd } = report;
  const facts = [
    ["started", report.startedAt],
    ["kernel", machine.kernel],
    ["CPUs", String(machine.cpus)],
    ["Node", machine.node],
    ["Pulumi", machine.pulumi],
    ["tandemd", `${tandemd.version}, ${(tandemd.bytes / 1e6).toFixed(1)} MB, sha256 ${tandemd.sha256}`],
  ];
  const rows = facts.map(([k, v]) => `<tr><th>${k}</th><td>${escapeXml(v ?? "")}</td></tr>`).join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Tandem demo report</title><style>${css}</style></head><body><h1>Tandem demo report</h1><p>Every figure was measured in this run.</p><table>${rows}</table><figure><figcaption>Topology</figcaption>${report.topologySvg}</figure>${drillSection(report.drills)}${report.steps.map(stepSection).join("")}</body></html>\n`;
}
