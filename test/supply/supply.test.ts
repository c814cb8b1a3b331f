import { execFileSync, spawnSync } from "node:child_process";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { beforeAll, describe, expect, it } from "vitest";
import { crates } from "../../supply/crates.ts";
import { objections, readRules } from "../../supply/licences.ts";
import { packages, wanted } from "../../supply/packages.ts";
import type { Part } from "../../supply/part.ts";
import { bom } from "../../supply/sbom.ts";

const cargo = spawnSync("cargo", ["--version"]).status === 0;
const product = { name: "tandem-lb", version: "0.1.0", license: "Apache-2.0" };

describe("packages of npm", () => {
  const parts = packages();

  it("have licences that are allowed", () => {
    expect(objections(parts, readRules())).toEqual([]);
  });

  it("that are only used by tests are not delivered", () => {
    const shipped = (name: string) => parts.find((part) => part.name === name)?.shipped;
    expect([shipped("zod"), shipped("vitest")]).toEqual([true, false]);
  });
});

describe.skipIf(!cargo)(`crates (${cargo ? "cargo is there" : "skipped: no cargo"})`, () => {
  let parts: Part[] = [];
  beforeAll(() => {
    parts = crates();
  });

  it("have licences that are allowed", () => {
    expect(objections(parts, readRules())).toEqual([]);
  });

  it("of the daemon alone are delivered, with their digests", () => {
    const named = (name: string) => parts.find((part) => part.name === name);
    expect(named("rustls")?.shipped).toBe(true);
    expect(named("rustls")?.hash?.content).toMatch(/^[0-9a-f]{64}$/);
    expect(named("proptest")?.shipped).toBe(false);
  });

  it("and packages make a bill of materials that the schema accepts, the same each time", async () => {
    const roots = [...wanted(), "pkg:cargo/tandemd@0.1.0"];
    const text = JSON.stringify(bom(product, roots, [...packages(), ...parts]));
    expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull();
    expect(JSON.stringify(bom(product, roots, [...parts.toReversed(), ...packages()]))).toBe(text);
    const { components, dependencies } = JSON.parse(text) as ReturnType<typeof bom>;
    const purls = components.map(({ purl }) => purl);
    expect(new Set(purls).size).toBe(purls.length);
    expect(purls).toContain("pkg:cargo/tandemd@0.1.0");
    expect(dependencies[0]?.dependsOn).toContain("pkg:cargo/tandemd@0.1.0");
  });
});

describe("a licence", () => {
  const part = (licence: string | undefined, shipped = true): Part => ({
    ...{ name: "it", version: "1.0.0", purl: "pkg:npm/it@1.0.0", hash: undefined, needs: [] },
    ...{ licence, shipped },
  });
  const rules = {
    allowed: ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"],
    development: ["MPL-2.0"],
    clarified: {},
  };

  it.each([
    ["MIT", true],
    ["GPL-3.0-only OR MIT", true],
    ["GPL-3.0-only AND MIT", false],
    ["(ISC OR GPL-2.0-only) AND MIT", true],
    ["Apache-2.0", false],
    ["Apache-2.0 WITH LLVM-exception", true],
    ["SEE LICENSE IN LICENSE", false],
    [undefined, false],
  ])("%s is allowed: %s", (licence, good) => {
    expect(objections([part(licence)], rules)).toHaveLength(good ? 0 : 1);
  });

  it("of a tool may be one that is not delivered, and one that is clarified counts", () => {
    expect(objections([part("MPL-2.0", false)], rules)).toEqual([]);
    expect(objections([part("MPL-2.0")], rules)).toEqual(["it@1.0.0: 'MPL-2.0' is not allowed"]);
    expect(objections([part(undefined)], { ...rules, clarified: { "it@1.0.0": "MIT" } })).toEqual([]);
  });
});

describe("known vulnerabilities", () => {
  const offline =
    process.env.TANDEM_AUDIT === undefined
      ? "the advisories are on the internet; TANDEM_AUDIT=1 asks for them"
      : undefined;

  it("of npm packages: none", (context) => {
    if (offline !== undefined) return context.skip(offline);
    const text = execFileSync("npm", ["audit", "--omit=dev", "--json"], { encoding: "utf8" });
    const report = JSON.parse(text) as { metadata: { vulnerabilities: { total: number } } };
    expect(report.metadata.vulnerabilities.total).toBe(0);
  });

  it("of crates: none", (context) => {
    if (offline !== undefined) return context.skip(offline);
    const tool = spawnSync("cargo", ["audit", "--version"]).status === 0;
    if (!tool) return context.skip("cargo-audit is not installed");
    const cwd = new URL("../../daemon", import.meta.url).pathname;
    execFileSync("cargo", ["audit", "--deny", "warnings"], { cwd, stdio: "inherit" });
  });
});
