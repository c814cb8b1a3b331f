import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { askHaproxy, askKeepalived, askNft, askSystemd, askTandemd, missing, tandemd } from "./originals.ts";
import { renderScenarios } from "./scenarios.ts";

const golden = new URL("../golden/", import.meta.url).pathname;
const notRoot = process.getuid?.() === 0 ? undefined : "needs root for a network namespace";

describe.each(renderScenarios())("$scenario on $node.name", ({ scenario, node, release }) => {
  test.each(Object.entries(release.files))("%s is the golden file", async (name, file) => {
    await expect(file.text).toMatchFileSnapshot(join(golden, scenario, node.name, name));
  });

  test("haproxy accepts haproxy.cfg without a warning", (context) => {
    if (release.files["haproxy.cfg"] === undefined) return context.skip("the pair has no frontend");
    const reason = missing("haproxy");
    if (reason !== undefined) return context.skip(reason);
    expect(askHaproxy(release)).toEqual({ status: 0, output: "Configuration file is valid\n" });
  });

  test("keepalived accepts keepalived.conf without a word", (context) => {
    const reason = missing("keepalived") ?? notRoot;
    if (reason !== undefined) return context.skip(reason);
    expect(askKeepalived(release, node)).toEqual({ status: 0, output: "" });
  });

  test("nft loads nftables.nft, and loads it again", (context) => {
    const reason = missing("nft") ?? notRoot;
    if (reason !== undefined) return context.skip(reason);
    expect(askNft(release)).toEqual({ status: 0, output: "table inet tandem\n" });
  });

  test("systemd finds nothing in tandem.service but the missing executable", (context) => {
    const reason = missing("systemd-analyze");
    if (reason !== undefined) return context.skip(reason);
    const lines = askSystemd(release)
      .output.split("\n")
      .filter((line) => line !== "");
    expect(lines.filter((line) => !line.includes("is not executable"))).toEqual([]);
  });

  test("tandemd accepts both files and warns of nothing", (context) => {
    const reason = missing(tandemd);
    if (reason !== undefined) return context.skip(reason);
    expect(askTandemd(release)).toEqual([]);
  });
});

test("no golden file is left over from a scenario that is gone", () => {
  const wanted = renderScenarios().flatMap(({ scenario, node, release }) =>
    Object.keys(release.files).map((name) => `${scenario}/${node.name}/${name}`),
  );
  const there = readdirSync(golden, { recursive: true, encoding: "utf8" }).filter((path) =>
    statSync(join(golden, path)).isFile(),
  );
  expect(there.sort()).toEqual(wanted.sort());
});
