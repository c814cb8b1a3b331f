import type { DriftReport } from "./finding.ts";

/** Metrics for the textfile collector of node_exporter: how much drifted of each kind, and when it was looked. */
export function driftMetrics(reports: readonly DriftReport[], now: number): string {
  const counts = new Map<string, number>();
  const add = (labels: Readonly<Record<string, string>>, by: number) => {
    const text = Object.entries(labels)
      .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`)
      .join(",");
    counts.set(text, (counts.get(text) ?? 0) + by);
  };
  for (const { stack = "", nodes, drift } of reports) {
    for (const { pair, node } of nodes) add({ stack, pair, node, kind: "any" }, 0);
    for (const { pair, node = "", kind } of drift) {
      add({ stack, pair, node, kind }, 1);
      add({ stack, pair, node, kind: "any" }, 1);
    }
  }
  return [
    "# HELP tandem_drift Things that are not as they were deployed, by kind; kind any is all of them.",
    "# TYPE tandem_drift gauge",
    ...[...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([labels, n]) => `tandem_drift{${labels}} ${n}`),
    "# HELP tandem_drift_checked_seconds When the hosts were looked at, in seconds since 1970.",
    "# TYPE tandem_drift_checked_seconds gauge",
    `tandem_drift_checked_seconds ${Math.floor(now / 1000)}`,
    "",
  ].join("\n");
}
