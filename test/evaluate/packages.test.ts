import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { absentPackages } from "../../src/evaluate/packages.ts";
import { runCli } from "../cli/run-cli.ts";

let folder: string;
const file = (name: string, text: string) => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "packages-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("packages that a definition imports", () => {
  it("are absent in the file and in those that it names, each at its importer", () => {
    file("node_modules/installed/package.json", '{ "name": "installed" }');
    file("package.json", '{ "name": "mine", "imports": { "#own": "./own.ts" } }');
    const inner = file(
      "inner.ts",
      'import "node:fs"; import "path"; import "@scope/thing/part"; import "installed";',
    );
    const outer = file("stack.ts", 'import "./inner.ts"; import "mine"; import "other";');
    expect(new Set(absentPackages(outer))).toEqual(
      new Set([
        { specifier: "@scope/thing/part", name: "@scope/thing", importer: inner },
        { specifier: "other", name: "other", importer: outer },
      ]),
    );
  });

  it.each([
    ["no package.json", undefined],
    ["one of CommonJS", "{}"],
    ["one of modules", '{ "type": "module" }'],
  ])("are told with their lines when they are absent: %s", async (_, description) => {
    if (description !== undefined) file("package.json", description);
    const path = file(
      "stack.ts",
      'import { defineStack } from "tandem-absent";\nimport zone from "zone-absent";\nexport const stack = defineStack(zone);\n',
    );
    const { code, stderr } = await runCli(["check", "stack.ts"], { cwd: folder });
    expect(code).toBe(3);
    expect(stderr).toContain(
      `${path}:1:29: error[CLI_STACK_LOAD_FAILED]: there is no package "tandem-absent" here\n  1 | import`,
    );
    expect(stderr).toContain(
      `${path}:2:18: error[CLI_STACK_LOAD_FAILED]: there is no package "zone-absent" here\n`,
    );
    expect(stderr).toContain("`npm install zone-absent`");
  });
});
