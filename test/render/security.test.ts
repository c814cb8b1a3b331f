import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { missing } from "./originals.ts";
import { renderScenarios } from "./scenarios.ts";

/** By definition; docs/security.md says what the rest is. */
const figures: Readonly<Record<string, number>> = {
  lab: 3.1,
  "first-pair": 3.1,
  routing: 3.1,
  "control-plane": 3.1,
  storage: 3.1,
  "dual-master": 3.1,
  ipv6: 3.1,
  https: 3.2,
  "web-site": 3.3,
  unicast: 3.2,
  "in-front-of-nginx": 3.0,
  handbook: 3.0,
  everything: 3.4,
};

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

// With Debian's packages it only tells systemd what to do; who serves has the packages' own units.
const own = renderScenarios().filter(({ release }) => release.requires.packages === undefined);

describe.each(own)("the unit of $scenario on $node.name", ({ scenario, release }) => {
  test("leaves open what the definition needs, and no more", (context) => {
    const reason = missing("systemd-analyze");
    if (reason !== undefined) return context.skip(reason);
    expect(exposure(release.files["tandem.service"]?.text ?? "")).toBe(figures[scenario]);
  });
});
