import { escapeXml } from "../../../src/cli/graph/svg.ts";
import type { DrillResult, ProbeSample, TimelineEvent } from "../../../src/verify/drill.ts";

const size = { width: 960, lane: 26, left: 110, right: 20, top: 56 } as const;
const palette = ["#1c7ed6", "#e8590c", "#2b8a3e", "#862e9c"] as const;

interface Scale {
  readonly from: number;
  readonly to: number;
  readonly x: (at: number) => number;
}

/** The window around the fault: from half a second before the longest gap to a second after it. */
function scaleFor(result: DrillResult): Scale {
  const gap = longestGap(result.samples);
  const from = Math.max(0, gap.from - 500);
  const to = gap.to + 1000;
  const span = Math.max(1, to - from);
  const x = (at: number) => size.left + ((at - from) / span) * (size.width - size.left - size.right);
  return { from, to, x };
}

/** Between two answered probes: the time without an answer, in milliseconds since the drill began. */
export function longestGap(samples: readonly ProbeSample[]): { readonly from: number; readonly to: number } {
  const answered = samples
    .filter((s) => s.ok)
    .map((s) => s.doneAt)
    .sort((a, b) => a - b);
  let best = { from: answered[0] ?? 0, to: answered[0] ?? 0 };
  for (let i = 1; i < answered.length; i++) {
    const from = answered[i - 1] ?? 0;
    const to = answered[i] ?? 0;
    if (to - from > best.to - best.from) best = { from, to };
  }
  return best;
}

function lanes(result: DrillResult, scale: Scale): string {
  const visible = result.samples.filter((s) => s.doneAt >= scale.from && s.sentAt <= scale.to);
  const names = [...new Set(visible.filter((s) => s.ok).map((s) => s.detail))].sort();
  const rows = [...names, "lost"];
  return rows
    .map((name, row) => {
      const y = size.top + row * size.lane;
      const colour = name === "lost" ? "#e03131" : (palette[row % palette.length] ?? palette[0]);
      const ticks = visible
        .filter((s) => (s.ok ? s.detail : "lost") === name)
        .map((s) => `M${scale.x(s.ok ? s.doneAt : s.sentAt).toFixed(1)} ${y}v${size.lane - 8}`)
        .join("");
      const label = name === "lost" ? "no answer" : name;
      return `<text x="${size.left - 8}" y="${y + 13}" class="l">${escapeXml(label)}</text><path d="${ticks}" stroke="${colour}"/>`;
    })
    .join("");
}

function events(list: readonly TimelineEvent[], scale: Scale, height: number): string {
  const shown = list.filter((e) => e.at >= scale.from && e.at <= scale.to);
  return shown
    .map((e, i) => {
      const x = scale.x(e.at).toFixed(1);
      const y = 12 + (i % 3) * 13;
      return `<path d="M${x} ${y + 3}V${height - 20}" class="e"/><text x="${Number(x) + 4}" y="${y}" class="n">${escapeXml(`${e.node}: ${e.text}`)}</text>`;
    })
    .join("");
}

function axis(scale: Scale, height: number): string {
  const step = [50, 100, 200, 500, 1000, 2000, 5000].find((s) => (scale.to - scale.from) / s <= 12) ?? 10_000;
  const marks: string[] = [];
  for (let t = Math.ceil(scale.from / step) * step; t <= scale.to; t += step) {
    marks.push(
      `<text x="${scale.x(t).toFixed(1)}" y="${height - 4}" class="a">${t - Math.ceil(scale.from / step) * step} ms</text>`,
    );
  }
  return marks.join("");
}

/** One drill as the client saw it: a tick per probe, one lane per answering server, one for lost ones. */
export function timelinePlot(result: DrillResult): string {
  const scale = scaleFor(result);
  const servers = new Set(result.samples.filter((s) => s.ok).map((s) => s.detail)).size;
  const height = size.top + (servers + 1) * size.lane + 30;
  const gap = longestGap(result.samples);
  const shade = `<rect x="${scale.x(gap.from).toFixed(1)}" y="${size.top - 6}" width="${Math.max(1, scale.x(gap.to) - scale.x(gap.from)).toFixed(1)}" height="${height - size.top - 16}" class="g"/>`;
  return [
    `<svg class="timeline" viewBox="0 0 ${size.width} ${height}" role="img" aria-label="${escapeXml(`${result.fault}: ${result.outageMs} ms without an answer`)}">`,
    "<style>.timeline text{font:11px system-ui,sans-serif;fill:currentColor}.timeline .l{text-anchor:end}.timeline .a{text-anchor:middle;opacity:.7}.timeline path{stroke-width:1.2;fill:none}.timeline .e{stroke:currentColor;stroke-dasharray:3 3;opacity:.5}.timeline .g{fill:#e03131;opacity:.15}</style>",
    shade,
    lanes(result, scale),
    events(result.timeline, scale, height),
    axis(scale, height),
    "</svg>",
  ].join("");
}
