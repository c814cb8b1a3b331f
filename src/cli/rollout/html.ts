import { logLine } from "./log.ts";
import type { RunView } from "./model.ts";

/** The run as one HTML page that needs nothing from elsewhere. */
export function rolloutReport(name: string, view: RunView): string {
  const [first, last] = [view.events[0], view.events.at(-1)];
  const outcome = last?.kind === "end" ? `${last.outcome}: ${last.text}` : "not ended";
  const log = view.events.flatMap((event) => logLine(event) ?? []).join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${text(name)}: ${text(outcome)}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2330}
section{border:1px solid #cfd6e0;border-radius:8px;margin:1rem 0;padding:.5rem 1rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2rem .6rem;border-top:1px solid #e6eaf0}
.done,.passed,.verified,.skipped{color:#176c36}.failed,.refused{color:#a3161c}
.rolling,.running,.rollingBack,.rolledBack{color:#8a5a00}.waiting{color:#667085}
pre{background:#f5f7fa;padding:1rem;overflow:auto;white-space:pre-wrap}code{font-size:90%}
</style></head><body>
<h1>Rollout ${text(name)}</h1>
<p><strong>${text(outcome)}</strong></p>
<p>${text(first?.at ?? "")} to ${text(last?.at ?? "")}</p>
${view.stages.map(stageSection).join("\n")}
<h2>Log</h2>
<pre>${text(log)}</pre>
</body></html>
`;
}

function stageSection(stage: RunView["stages"][number]): string {
  const row = (state: string, what: string, told: string): string =>
    `<tr><td>${text(what)}</td><td class="${state}">${state}</td><td>${text(told)}</td></tr>`;
  const rows = [
    ...stage.pairs.map((pair) => row(pair.state, `wave ${pair.wave + 1}: ${pair.name}`, pair.text)),
    ...stage.gates.map((gate) => row(gate.state, `gate ${gate.kind}`, gate.text)),
  ];
  return `<section><h2>${text(stage.name)} <span class="${stage.state}">${stage.state}</span></h2>
<p>release <code>${text(stage.release)}</code> ${text(stage.text)}</p>
<table><tr><th>part</th><th>state</th><th></th></tr>${rows.join("")}</table></section>`;
}

function text(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
