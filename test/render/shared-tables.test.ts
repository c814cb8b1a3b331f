import { expect, test } from "vitest";
import { render } from "../../src/render/index.ts";
import { type PairInput, parseStack } from "../../src/stack/index.ts";
import { pairWith, sampleStack } from "../stack/sample.ts";
import { binary } from "./scenarios.ts";

function files(change: Partial<PairInput>): { readonly haproxy: string; readonly nft: string | undefined } {
  const [pair] = parseStack(sampleStack(pairWith(change))).pairs;
  if (pair === undefined) throw new RangeError("the sample has a pair");
  const release = render(pair, pair.nodes[0].name, binary);
  const text = (name: string): string | undefined =>
    Object.entries(release.files).find(([path]) => path.endsWith(name))?.[1].text;
  return { haproxy: text("haproxy.cfg") ?? "", nft: text(".nft") };
}

const sections: PairInput["sections"] = [
  {
    kind: "backend",
    name: "hits",
    directives: ["stick-table type ip size 1k", "acl stick-table src"],
  },
  { kind: "backend", name: "own", directives: ["stick-table type ip size 1k peers others expire 5m"] },
];

test("a stick table is shared by the pair unless it names others", () => {
  const { haproxy } = files({ sharedTables: {}, sections });
  expect(haproxy).toContain("stick-table type ip size 1k peers tandem\n");
  expect(haproxy).toContain("stick-table type ip size 1k peers others expire 5m\n");
  expect(haproxy).toContain("acl stick-table src\n");
  expect(haproxy).toMatch(
    /\npeers tandem\n {4}peer lb-a 10\.0\.0\.11:10000\n {4}peer lb-b 10\.0\.0\.12:10000\n/,
  );
  expect(haproxy).toContain("localpeer lb-a\n");
});

test("nothing is shared, and no port is open, unless it is asked for", () => {
  const { haproxy, nft } = files({ sections });
  expect(haproxy).not.toMatch(/peers tandem|localpeer/);
  expect(nft).not.toContain("10000");
});

test("only the other node speaks to the port, whatever is let through of VRRP", () => {
  const rule = 'iifname != "lo" ip daddr 10.0.0.11 tcp dport 10000 ip saddr != 10.0.0.12 drop';
  expect(files({ sharedTables: {} }).nft).toContain(rule);
  expect(files({ sharedTables: {}, firewall: { vrrp: "open" } }).nft).toContain(rule);
  expect(files({ firewall: { vrrp: "open" } }).nft).not.toContain("chain");
});
