import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { missing } from "./originals.ts";
import { renderScenarios } from "./scenarios.ts";

/** docs/security.md says what the rest is. */
const most = 3.2;

/** The score of systemd-analyze(1): 0 is closed, 10 is open. */
function exposure(unit: string): number {
  const folder = mkdtempSync(join(tmpdir(), "tandem-unit-"));
  try {
    const file = join(folder, "tandem.service");
    writeFileSync(file, unit);
    const args = ["security", "--offline=true", "--no-pager", file];
    const { stdout, stderr } = spawnSync("systemd-analyze", args, { encoding: "utf8", timeout: 20_000 });
    const score = /Overall exposure level for tandem\.service: ([0-9.]+)/.exec(stdout)?.[1];
    if (score === undefined) throw new Error(`systemd-analyze says no score: ${stdout}${stderr}`);
    return Number(score);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe.each(renderScenarios())("the unit of $scenario on $node.name", ({ release }) => {
  test(`leaves open what the service needs, and no more (${most})`, (context) => {
    const reason = missing("systemd-analyze");
    if (reason !== undefined) return context.skip(reason);
    expect(exposure(release.files["tandem.service"]?.text ?? "")).toBeLessThanOrEqual(most);
  });
});
