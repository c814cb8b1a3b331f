import { expect, test } from "vitest";
import type { Drift, DriftReport } from "../../src/cli/drift/finding.ts";
import { FirstSeen } from "../../src/cli/drift/first-seen.ts";

const found = (change: Partial<Drift>): Drift => ({
  kind: "sysctl",
  pair: "web",
  node: "lb-a",
  message: "net.ipv4.ip_forward is 0, not 1",
  who: [],
  ...change,
});
const report = (...drift: readonly Drift[]): readonly DriftReport[] => [{ stack: "prod", nodes: [], drift }];
const at = (seconds: number) => Date.parse("2026-03-01T10:00:00Z") + seconds * 1000;
const times = (reports: readonly DriftReport[]) => reports.flatMap(({ drift }) => drift.map((d) => d.since));

test("a parameter or rule that no record dates is as old as the first look that found it", () => {
  const seen = new FirstSeen();
  const rule = found({ kind: "firewall", message: "a rule of table inet filter drops adverts" });
  expect(times(seen.date(report(found({})), at(0)))).toEqual(["2026-03-01T10:00:00Z"]);
  expect(times(seen.date(report(found({}), rule), at(60)))).toEqual([
    "2026-03-01T10:00:00Z",
    "2026-03-01T10:01:00Z",
  ]);
  // On the other node, or with another value, it is another one.
  expect(times(seen.date(report(found({ node: "lb-b" })), at(120)))).toEqual(["2026-03-01T10:02:00Z"]);
});

test("what was gone in between is new, and what the host dates keeps its time", () => {
  const seen = new FirstSeen();
  seen.date(report(found({})), at(0));
  seen.date(report(), at(60));
  expect(times(seen.date(report(found({})), at(120)))).toEqual(["2026-03-01T10:02:00Z"]);
  const dated = found({ kind: "file", since: "2024-01-01T00:00:00Z" });
  expect(times(seen.date(report(dated), at(180)))).toEqual(["2024-01-01T00:00:00Z"]);
});
