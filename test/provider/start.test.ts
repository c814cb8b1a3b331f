import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";

let folder: string;
let start: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-start-"));
  start = join(folder, "start.mjs");
  const source = readFileSync(join(repository, "src/provider/start.ts"), "utf8");
  writeFileSync(start, transformSync(source, { loader: "ts", format: "esm" }).code);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program as `nodeargs: --import tandem-lb/start` does; what it prints as JSON. */
function run(program: string): unknown {
  const argv = ["--import", start, "--eval", program];
  const { stdout } = spawnSync(process.execPath, argv, { cwd: repository, encoding: "utf8" });
  return JSON.parse(stdout);
}

const LOADED = `["typescript/lib", "@npmcli/arborist/lib", "normalize-package-data/lib", "fdir/dist", "js-yaml/lib",
  "@pulumi/pulumi/automation", "@opentelemetry/sdk-trace-node/build", "@opentelemetry/exporter-zipkin/build"].filter(
  (folder) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + folder + "/")))`;

test("the SDK loads the compiler when it serialises a function, and not before", () => {
  const program = `
    const pulumi = require("@pulumi/pulumi");
    require("@pulumi/pulumi/cmd/run/tracing.js");
    const before = ${LOADED};
    const two = 2;
    pulumi.runtime.serializeFunction(() => two + 1).then(({ text }) =>
      console.log(JSON.stringify({ before, after: ${LOADED}, text })));
  `;
  const found = run(program) as { before: string[]; after: string[]; text: string };
  expect(found.before).toEqual([]);
  expect(found.after).toContain("typescript/lib");
  expect(found.text).toContain("two: 2");
}, 60_000);

test("the SDK finds the package tree when it asks for it, and others get both at once", () => {
  const program = `
    require("@pulumi/pulumi");
    const codePaths = require("@pulumi/pulumi/runtime/closure/codePaths.js");
    codePaths.computeCodePaths({ extraIncludePaths: ["package.json"] }).then((paths) =>
      console.log(JSON.stringify({ after: ${LOADED}, size: paths.size > 1, own: typeof require("typescript").version })));
  `;
  expect(run(program)).toEqual({
    after: expect.arrayContaining(["@npmcli/arborist/lib", "normalize-package-data/lib"]),
    size: true,
    own: "string",
  });
}, 60_000);

test("what the SDK offers beside is there when it is asked for", () => {
  const program = `
    const { automation } = require("@pulumi/pulumi");
    const tracing = require("@pulumi/pulumi/cmd/run/tracing.js");
    tracing.start("http://127.0.0.1:1/api/v2/spans");
    tracing.newSpan("a span").end();
    console.log(JSON.stringify({ workspace: typeof automation.LocalWorkspace.create, after: ${LOADED} }));
    process.exit(0);
  `;
  expect(run(program)).toEqual({
    after: expect.arrayContaining([
      "@pulumi/pulumi/automation",
      "@opentelemetry/sdk-trace-node/build",
      "@opentelemetry/exporter-zipkin/build",
    ]),
    workspace: "function",
  });
}, 60_000);
