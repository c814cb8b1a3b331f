import type { PairPicture, Topology } from "./model.ts";

export type BoxKind = "vip" | "node" | "frontend" | "backend" | "server";

/** A rectangle of the picture, in SVG user units; `x`,`y` is its upper left corner. */
export interface Box {
  readonly key: string;
  readonly kind: BoxKind;
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly detail: string;
}

export interface Edge {
  readonly from: string;
  readonly to: string;
  /** `standby` edges are dashed: the path that a failover would take. */
  readonly kind: "active" | "standby";
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
  readonly headings: readonly { readonly text: string; readonly y: number }[];
}

export const boxSize = { width: 190, height: 48 } as const;
const gap = { x: 60, y: 18 } as const;
const margin = 24;
const columns: readonly BoxKind[] = ["vip", "node", "frontend", "backend", "server"];

type Item = Omit<Box, "x" | "y">;

function items(pair: PairPicture): Item[] {
  const key = (kind: BoxKind, name: string) => `${pair.name}/${kind}/${name}`;
  return [
    ...pair.vips.map((v) => ({
      key: key("vip", v.address),
      kind: "vip" as const,
      title: v.address,
      detail: v.instance,
    })),
    ...pair.nodes.map((n) => ({
      key: key("node", n.name),
      kind: "node" as const,
      title: n.name,
      detail: n.address,
    })),
    ...pair.frontends.map((f) => ({
      key: key("frontend", f.name),
      kind: "frontend" as const,
      title: f.name,
      detail: `${f.mode} ${f.binds.join(" ")}`,
    })),
    ...pair.backends.map((b) => ({
      key: key("backend", b.name),
      kind: "backend" as const,
      title: b.name,
      detail: b.balance,
    })),
    ...pair.backends.flatMap((b) =>
      b.servers.map((s) => ({
        key: key("server", `${b.name}/${s.name}`),
        kind: "server" as const,
        title: s.name,
        detail: s.address,
      })),
    ),
  ];
}

function edges(pair: PairPicture): Edge[] {
  const key = (kind: BoxKind, name: string) => `${pair.name}/${kind}/${name}`;
  const master = new Set(pair.vips.map((v) => v.master));
  return [
    ...pair.vips.flatMap((v) =>
      pair.nodes.map((n) => ({
        from: key("vip", v.address),
        to: key("node", n.name),
        kind: n.name === v.master ? ("active" as const) : ("standby" as const),
      })),
    ),
    ...pair.frontends.flatMap((f) => [
      ...pair.nodes.map((n) => ({
        from: key("node", n.name),
        to: key("frontend", f.name),
        kind: master.has(n.name) ? ("active" as const) : ("standby" as const),
      })),
      ...(f.backend === undefined
        ? []
        : [{ from: key("frontend", f.name), to: key("backend", f.backend), kind: "active" as const }]),
    ]),
    ...pair.backends.flatMap((b) =>
      b.servers.map((s) => ({
        from: key("backend", b.name),
        to: key("server", `${b.name}/${s.name}`),
        kind: "active" as const,
      })),
    ),
  ];
}

/** Places each kind of thing in a column of its own, centred, one band per pair. */
export function layOut(topology: Topology): Layout {
  const boxes: Box[] = [];
  const headings: { text: string; y: number }[] = [];
  let top = margin;
  for (const pair of topology.pairs) {
    headings.push({ text: `pair ${pair.name}`, y: top + 14 });
    top += 30;
    const all = items(pair);
    const rows = Math.max(...columns.map((kind) => all.filter((i) => i.kind === kind).length), 1);
    const bandHeight = rows * (boxSize.height + gap.y);
    columns.forEach((kind, column) => {
      const inColumn = all.filter((i) => i.kind === kind);
      const offset = (bandHeight - inColumn.length * (boxSize.height + gap.y)) / 2;
      inColumn.forEach((item, row) => {
        const x = margin + column * (boxSize.width + gap.x);
        boxes.push({ ...item, x, y: top + offset + row * (boxSize.height + gap.y) });
      });
    });
    top += bandHeight + margin;
  }
  const width = 2 * margin + columns.length * boxSize.width + (columns.length - 1) * gap.x;
  return { width, height: top, boxes, edges: topology.pairs.flatMap(edges), headings };
}
