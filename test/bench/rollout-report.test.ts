import { expect, test } from "vitest";
import { page, type Report, table } from "../../bench/rollout/report.ts";

const report: Report = {
  machine: { processors: "2 × any" },
  sizes: {
    "5,15,80": {
      hosts: 200,
      concurrency: 20,
      costs: {
        plan: { wallMs: 10_000, cpuMs: 4_000 },
        "first release": { wallMs: 120_000, cpuMs: 60_000 },
        "one line changed": { wallMs: 60_000, cpuMs: 50_000 },
      },
    },
    "1,1,2": { hosts: 8, concurrency: 2, costs: { "first release": { wallMs: 24_000, cpuMs: 12_000 } } },
  },
};

test("says what a host costs at each size, the smallest first", () => {
  const rows = table(report)
    .split("\n")
    .slice(2)
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(rows.map((cells) => cells.slice(1, 9))).toEqual([
    ["1,1,2 (2 at the same time)", "8", "first release", "24.0", "12.0", "1.500", "20", "100 %"],
    ["5,15,80 (20 at the same time)", "200", "plan", "10.0", "4.0", "0.020", "1200", "8 %"],
    ["", "", "first release", "120.0", "60.0", "0.300", "100", "100 %"],
    ["", "", "one line changed", "60.0", "50.0", "0.250", "200", "50 %"],
  ]);
  expect(page(report)).toContain(table(report));
  expect(page(report)).toContain("processors: 2 × any.");
});
