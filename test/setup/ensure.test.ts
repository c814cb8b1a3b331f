import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "ensure-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs ensure.sh with its own cache, and with the given programs found before the machine's. */
function ensure(mode: string, programs: Readonly<Record<string, string>> = {}) {
  const bin = join(dir, "bin");
  mkdirSync(bin);
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const result = spawnSync("sh", [join(repository, "lab/setup/ensure.sh"), mode], {
    encoding: "utf8",
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, XDG_CACHE_HOME: join(dir, "cache") },
  });
  return { code: result.status, text: result.stdout + result.stderr };
}

test("an unknown mode is refused with the usage", () => {
  expect(ensure("everything")).toEqual({ code: 64, text: "usage: ensure.sh lab|demo|test\n" });
});

test("all that the machine lacks is named at once, with what to do, and nothing is installed", () => {
  const { code, text } = ensure("test", {
    id: "echo 1000",
    node: "echo 18.19.0",
    "apt-get": `echo "apt-get $*" >>${dir}/called`,
    npm: `echo "npm $*" >>${dir}/called`,
  });
  expect(code).toBe(1);
  expect(text).toContain("FAIL  not running as root\n");
  expect(text).toContain("sudo -i");
  expect(text).toContain("FAIL  Node.js 18.19.0 is too old\n");
  expect(text).toContain("Install Node.js 20.19 or later.");
  expect(spawnSync("ls", [dir], { encoding: "utf8" }).stdout).not.toContain("called");
});

test("a Debian package that cannot be installed ends the run with the end of apt's output", () => {
  const { code, text } = ensure("lab", {
    "dpkg-query": "true",
    "apt-get": 'echo "E: Unable to fetch some archives"; exit 100',
  });
  expect(code).toBe(1);
  expect(text).toMatch(/FAIL {2}Debian packages after [\d.]+ s; the end of its output:/);
  expect(text).toContain("| E: Unable to fetch some archives");
});
