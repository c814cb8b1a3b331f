import { type Box, type BoxKind, boxSize, type Edge, type Layout, layOut } from "./layout.ts";
import type { Topology } from "./model.ts";

/** Text made safe for XML content and attributes. */
export function escapeXml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
}

const fill: Readonly<Record<BoxKind, string>> = {
  vip: "#0b7285",
  node: "#364fc7",
  frontend: "#5f3dc4",
  backend: "#862e9c",
  server: "#2b8a3e",
};

function drawBox(box: Box): string {
  const cx = box.x + boxSize.width / 2;
  return [
    `<g role="listitem" aria-label="${escapeXml(`${box.kind} ${box.title}, ${box.detail}`)}">`,
    `<rect x="${box.x}" y="${box.y}" width="${boxSize.width}" height="${boxSize.height}" rx="8" fill="${fill[box.kind]}"/>`,
    `<text x="${cx}" y="${box.y + 20}" class="t">${escapeXml(box.title)}</text>`,
    `<text x="${cx}" y="${box.y + 37}" class="d">${escapeXml(box.detail)}</text>`,
    "</g>",
  ].join("");
}

function drawEdge(edge: Edge, boxes: ReadonlyMap<string, Box>): string {
  const from = boxes.get(edge.from);
  const to = boxes.get(edge.to);
  if (from === undefined || to === undefined) return "";
  const [x1, y1] = [from.x + boxSize.width, from.y + boxSize.height / 2];
  const [x2, y2] = [to.x, to.y + boxSize.height / 2];
  const bend = (x2 - x1) / 2;
  return `<path d="M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" class="${edge.kind}"/>`;
}

// Every rule names the picture's class: inline in a page, a style belongs to the whole page.
const style = [
  ".topology text{font-family:system-ui,sans-serif;text-anchor:middle;fill:#fff}",
  ".topology .t{font-size:14px;font-weight:600}.topology .d{font-size:11px}",
  ".topology .h{font-size:15px;font-weight:600;fill:currentColor;text-anchor:start}",
  ".topology path{fill:none;stroke-width:2}.topology .active{stroke:#868e96}",
  ".topology .standby{stroke:#adb5bd;stroke-dasharray:5 5}",
].join("");

function draw(layout: Layout, title: string): string {
  const byKey = new Map(layout.boxes.map((b) => [b.key, b]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="topology" viewBox="0 0 ${layout.width} ${layout.height}" role="list" aria-label="${escapeXml(title)}">`,
    `<style>${style}</style>`,
    ...layout.edges.map((e) => drawEdge(e, byKey)),
    ...layout.headings.map((h) => `<text x="24" y="${h.y}" class="h">${escapeXml(h.text)}</text>`),
    ...layout.boxes.map(drawBox),
    "</svg>",
  ].join("\n");
}

/** The topology as one self-contained SVG. Dashed lines are the paths of a failover. */
export function toSvg(topology: Topology): string {
  return `${draw(layOut(topology), `stack ${topology.stack}`)}\n`;
}
