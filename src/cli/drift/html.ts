import { escapeXml } from "../graph/svg.ts";
import type { Drift, DriftReport } from "./finding.ts";
import { whereOf } from "./table.ts";

const CSS = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.4rem .6rem;border-bottom:1px solid #8886;vertical-align:top}
pre{overflow:auto;padding:.8rem;border:1px solid #8886}.add{color:#2b8a3e}.del{color:#c92a2a}`;

/** One page that needs nothing else: the same as the table and the changed lines. */
export function driftPage(reports: readonly DriftReport[]): string {
  const sections = reports.map((report) => {
    const nodes = report.nodes.map(({ node, release }) => `${node} (release ${release})`).join(", ");
    const name = report.stack === undefined ? "Selected stack" : `Stack ${report.stack}`;
    return `<section><h2>${escapeXml(name)}</h2><p>Asked: ${escapeXml(nodes === "" ? "nothing is deployed" : nodes)}</p>${body(report.drift)}</section>`;
  });
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Drift</title>
<style>${CSS}</style><h1>Drift</h1>
${sections.join("\n")}
</html>
`;
}

function body(drift: readonly Drift[]): string {
  if (drift.length === 0) return "<p>Everything is as it was deployed.</p>";
  const cell = (text: string) => `<td>${escapeXml(text)}</td>`;
  const rows = drift.map(
    (one) =>
      `<tr>${cell(whereOf(one))}${cell(one.kind)}${cell(one.message)}${cell(one.since ?? "unknown")}${cell(one.who.join(", ") || "unknown")}</tr>`,
  );
  const diffs = drift.flatMap((one) =>
    one.diff === undefined || one.diff === ""
      ? []
      : [
          `<h3>${escapeXml(`${whereOf(one)}: ${one.message}`)}</h3><pre>${one.diff.split("\n").map(diffLine).join("\n")}</pre>`,
        ],
  );
  return `<table><thead><tr><th>where</th><th>kind</th><th>what</th><th>since</th><th>who</th></tr></thead><tbody>${rows.join("")}</tbody></table>${diffs.join("")}`;
}

function diffLine(line: string): string {
  const kind = line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : undefined;
  return kind === undefined ? escapeXml(line) : `<span class="${kind}">${escapeXml(line)}</span>`;
}
