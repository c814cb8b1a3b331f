import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { cacheDir, repository } from "../../lab/setup/paths.ts";

const read = (path: string) => readFileSync(join(repository, path), "utf8");

const source = z.object({ type: z.literal("prometheus"), uid: z.literal("${datasource}") });
const panel = z.object({
  id: z.int().positive(),
  type: z.enum(["row", "timeseries", "stat", "state-timeline", "bargauge"]),
  title: z.string().min(1),
  gridPos: z.object({ h: z.int().min(1), w: z.int().min(1).max(24), x: z.int().min(0), y: z.int().min(0) }),
  targets: z
    .array(z.object({ refId: z.string(), datasource: source, expr: z.string(), legendFormat: z.string() }))
    .default([]),
});
/** What Grafana asks of a dashboard that is imported. */
const dashboard = z.object({
  title: z.string().min(1),
  uid: z.string().regex(/^[\w-]{1,40}$/),
  schemaVersion: z.int().min(36),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), type: z.enum(["datasource", "query"]) })),
  }),
  panels: z.array(panel).min(10),
});

const board = dashboard.parse(JSON.parse(read("docs/grafana/tandem.json")));
const expressions = board.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Names of the metrics that are shown: the documented ones, and those with the names of HAProxy's exporter. */
function known(): ReadonlySet<string> {
  const documented = [...read("docs/metrics.md").matchAll(/^\| `(\w+)` \| (\w+)/gm)].flatMap(
    ([, name = "", kind]) =>
      kind === "histogram" ? ["_bucket", "_sum", "_count"].map((s) => name + s) : [name],
  );
  const objects = { F: "frontend", L: "listener", B: "backend", S: "server" } as const;
  const catalogue = read("daemon/crates/stats/src/metrics/catalogue.rs");
  const exporter = [...catalogue.matchAll(/^ {4}\w+ "(\w+)" \w+ "([FLBS]+)";/gm)].flatMap(
    ([, name, letters = ""]) =>
      [...letters].map((letter) => `haproxy_${objects[letter as keyof typeof objects]}_${name}`),
  );
  return new Set([...documented, ...exporter]);
}

const promtool = [...(process.env.PATH ?? "").split(delimiter), join(cacheDir, "bin")]
  .map((folder) => join(folder, "promtool"))
  .find((file) => existsSync(file));

describe("the Grafana dashboard", () => {
  it("names metrics that are there, and variables that it has", () => {
    const names = expressions.flatMap((text) => text.match(/\b(?:tandemd|haproxy)_\w+/g) ?? []);
    const there = known();
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !there.has(name))).toEqual([]);
    const own = new Set(["__rate_interval", ...board.templating.list.map(({ name }) => name)]);
    const used = expressions.flatMap((text) => [...text.matchAll(/\$(\w+)/g)].map(([, name = ""]) => name));
    expect(used.filter((name) => !own.has(name))).toEqual([]);
  });

  it("has a place of its own for each panel", () => {
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length);
    const cells = board.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(board.panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });

  it.skipIf(promtool === undefined)(
    `asks in PromQL (${promtool === undefined ? "skipped: promtool is not there" : "promtool"})`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), "tandem-promql-"));
      try {
        const rules = expressions.map((text, at) => {
          const expr = text.replaceAll("$__rate_interval", "1m").replaceAll(/\$\w+/g, ".*");
          return { record: `panel:${at}`, expr };
        });
        // YAML reads JSON.
        writeFileSync(join(folder, "rules.yml"), JSON.stringify({ groups: [{ name: "board", rules }] }));
        const said = execFileSync(promtool ?? "", ["check", "rules", join(folder, "rules.yml")], {
          encoding: "utf8",
        });
        expect(said).toContain(`${expressions.length} rules found`);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  );
});
