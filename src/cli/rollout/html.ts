import { logLine } from "./log.ts";
import type { RunView, StageView } from "./model.ts";

/** Marks beside the words, so that colour is never the only sign. */
const MARKS: Readonly<Record<string, string>> = {
  done: "✓",
  passed: "✓",
  verified: "✓",
  skipped: "✓",
  failed: "✗",
  refused: "✗",
  running: "▸",
  rolling: "▸",
  rollingBack: "◂",
  rolledBack: "◂",
};

const STYLE = `
:root{color-scheme:light dark;--text:#1c2330;--soft:#5b6675;--line:#d5dbe4;--page:#f4f6f9;--card:#fff;--good:#176c36;--bad:#a3161c;--busy:#8a5a00}
@media(prefers-color-scheme:dark){:root{--text:#e4e8ef;--soft:#a3adbb;--line:#39424f;--page:#14181e;--card:#1d232b;--good:#6fd08c;--bad:#ff8f8f;--busy:#e8b45c}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;margin:0;background:var(--page);color:var(--text)}
main{max-width:72rem;margin:0 auto;padding:2rem 1rem 4rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:0}
.soft{color:var(--soft)}
.outcome{font-size:1.05rem;font-weight:600;margin:.4rem 0}
.stages{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:1.2rem 0}
.stages li{flex:1 1 10rem;background:var(--card);border:1px solid var(--line);border-top:4px solid currentColor;border-radius:6px;padding:.6rem .9rem}
.stages b{display:block;color:var(--text)}
section{background:var(--card);border:1px solid var(--line);border-radius:8px;margin:1rem 0;padding:1rem 1.2rem;overflow-x:auto}
section header{display:flex;flex-wrap:wrap;gap:.3rem 1rem;align-items:baseline}
table{border-collapse:collapse;width:100%;margin-top:.6rem}
td,th{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-top:1px solid var(--line)}
th{font-weight:600;color:var(--soft);border-top:0}
td:nth-child(1){width:18rem}td:nth-child(2){width:9rem;white-space:nowrap}
.done,.passed,.verified,.skipped{color:var(--good)}.failed,.refused{color:var(--bad)}
.rolling,.running,.rollingBack,.rolledBack{color:var(--busy)}.waiting{color:var(--soft)}
pre{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font-size:13px}
code{font-size:90%}`;

/** The run as one HTML page that needs nothing from elsewhere. */
export function rolloutReport(name: string, view: RunView): string {
  const [first, last] = [view.events[0], view.events.at(-1)];
  const [state, outcome] = last?.kind === "end" ? [last.outcome, last.text] : ["failed", "it was not ended"];
  const began = first?.kind === "run" ? ` by ${first.owner}, run ${first.run}` : "";
  const log = view.events.flatMap((event) => logLine(event) ?? []).join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${text(name)}: ${text(state)}</title>
<style>${STYLE}
</style></head><body><main>
<h1>Rollout ${text(name)}</h1>
<p class="outcome ${state}">${marked(state)}: ${text(outcome)}</p>
<p class="soft">${text(first?.at ?? "")} to ${text(last?.at ?? "")}${text(began)}</p>
<ol class="stages">${view.stages.map(stageCard).join("")}</ol>
${view.stages.map(stageSection).join("\n")}
<h2>Log</h2>
<pre>${text(log)}</pre>
</main></body></html>
`;
}

function stageCard({ name, state, pairs, gates }: StageView): string {
  const done = pairs.filter((pair) => pair.state === "done").length;
  const passed = gates.filter((gate) => gate.state === "passed").length;
  return `<li class="${state}"><b>${text(name)}</b>${marked(state)}<br><span class="soft">${done} of ${pairs.length} pairs, ${passed} of ${gates.length} gates</span></li>`;
}

function stageSection(stage: StageView): string {
  const row = (state: string, what: string, told: string): string =>
    `<tr><td>${text(what)}</td><td class="${state}">${marked(state)}</td><td>${text(told)}</td></tr>`;
  const rows = [
    ...stage.pairs.map((pair) => row(pair.state, `wave ${pair.wave + 1}: ${pair.name}`, pair.text)),
    ...stage.gates.map((gate) => row(gate.state, `gate ${gate.kind}`, gate.text)),
  ];
  return `<section><header><h2>${text(stage.name)}</h2><span class="${stage.state}">${marked(stage.state)}</span>
<span class="soft">release <code>${text(stage.release)}</code></span></header>
<p>${text(stage.text)}</p>
<table><tr><th>part</th><th>state</th><th>what was said last</th></tr>${rows.join("")}</table></section>`;
}

const marked = (state: string): string => `${MARKS[state] ?? "·"} ${text(state)}`;

function text(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
