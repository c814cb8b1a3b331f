import { expect, test } from "vitest";
import { page, type Report, table, verdicts } from "../../bench/ansible/report.ts";

const costs = (...seconds: readonly number[]) =>
  seconds.map((wall) => ({ wallMs: wall * 1000, cpuMs: wall * 500 }));
const report: Report = {
  machine: { processors: "2 × any" },
  sizes: {
    20: {
      first: { tandem: costs(2, 4, 3), ansible: costs(8, 8, 6) },
      check: { ansible: costs(12, 10, 11), tandem: costs(1, 1, 1), "tandem preview": costs(5, 5, 5.5) },
      change: { tandem: costs(1), ansible: costs(2) },
    },
  },
};

test("compares neighbours of one round, and says of each target whether it is met", () => {
  const rows = table(report)
    .split("\n")
    .slice(2)
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(rows.map((cells) => cells.slice(1, 4))).toEqual([
    ["20", "first apply", "tandem"],
    ["", "", "ansible"],
    ["20", "check, nothing to do", "tandem"],
    ["", "", "tandem preview"],
    ["", "", "ansible"],
    ["20", "one line changed", "tandem"],
    ["", "", "ansible"],
  ]);
  // 8 ÷ 2, 8 ÷ 4 and 6 ÷ 3: the middle one is below three.
  expect(rows[0]?.slice(4)).toEqual([
    "3.00 (2.00–4.00)",
    "1.50 (1.00–2.00)",
    "2.0 (2.0–4.0)",
    "≥ 3: **missed**",
    "2.0 (2.0–4.0)",
    "",
  ]);
  expect(rows[2]?.slice(6, 8)).toEqual(["11.0 (10.0–12.0)", "≥ 10: met"]);
  expect(rows[3]?.[7]).toBe("");
  expect(page(report)).toContain("processors: 2 × any. 3 rounds with 20 hosts.");
});

test("sums up each size that has a target, also those that nobody measured", () => {
  expect(verdicts(report).split("\n")).toEqual([
    "- 2 hosts: not measured",
    "- 20 hosts: first apply 2.0 times faster (target 3: **missed**); check, nothing to do 11.0 times faster (target 10: met)",
    "- 100 hosts: not measured",
  ]);
  expect(page(report)).toContain(verdicts(report));
});
