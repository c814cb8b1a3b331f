import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "summary-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function summary(files: Readonly<Record<string, string>>) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const copy = join(dir, "last-line");
  const result = spawnSync(process.execPath, [join(repository, "test/summary.mjs"), dir], {
    encoding: "utf8",
    env: { ...process.env, TANDEM_TEST_SUMMARY: copy },
  });
  return { code: result.status, lines: result.stdout.trim().split("\n"), copy: readFileSync(copy, "utf8") };
}

test("checks and the results of every part are added up, and every skipped or failed test is named with its reason", () => {
  const { code, lines, copy } = summary({
    checks: "pass tsc\nfail biome\n",
    "rust.jsonl":
      '{"state":"passed","name":"a"}\n{"state":"skipped","name":"raw","reason":"needs a raw socket"}\n{"state":"failed","name":"bad"}\n',
    "rust.code": "1\n",
    "unit.jsonl":
      '{"state":"passed","name":"a"}\n{"state":"skipped","name":"b","reason":"no IPVS here"}\n{"state":"failed","name":"c","reason":"expected \\u001b[31m1\\u001b[39m\\nto be 2"}\n',
    "unit.code": "1\n",
  });
  expect(lines).toEqual([
    "skipped  rust: raw (needs a raw socket)",
    "skipped  unit: b (no IPVS here)",
    "FAILED   biome",
    "FAILED   rust: bad",
    "FAILED   unit: c (expected 1 to be 2)",
    "3 passed, 3 failed, 2 skipped",
  ]);
  expect(copy).toBe("3 passed, 3 failed, 2 skipped\n");
  expect(code).toBe(1);
});

test("a part that ends without naming a failed test counts as failed", () => {
  const { code, lines } = summary({
    checks: "pass tsc\n",
    "rust.code": "1\n",
    "lab.code": "124\n",
  });
  expect(lines.at(-1)).toBe("1 passed, 2 failed, 0 skipped");
  expect(code).toBe(1);
});

test("only passed and skipped tests make a success, and no tests at all do not", () => {
  expect(summary({ checks: "pass tsc\n" }).code).toBe(0);
  expect(summary({ checks: "" })).toMatchObject({ code: 1, lines: ["0 passed, 0 failed, 0 skipped"] });
});
