import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "programs-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function script(name: string, body: string): string {
  const file = join(dir, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** Runs test/programs.mjs where cargo has built the given test programs, or fails to. */
function programs(
  built: Readonly<Record<string, string>>,
  { cargo = `cat ${dir}/messages`, mayBegin = [] as readonly string[] } = {},
) {
  const messages = Object.entries(built).map(([name, body]) => ({
    reason: "compiler-artifact",
    executable: script(name, body),
    profile: { test: true },
    manifest_path: join(repository, "daemon/crates/proxy/Cargo.toml"),
    target: { src_path: join(repository, "daemon/crates/proxy/tests", `${name}.rs`) },
  }));
  const product = { ...messages[0], executable: "/absent", profile: { test: false } };
  const lines = [{ reason: "build-script-executed" }, product, ...messages];
  writeFileSync(join(dir, "messages"), lines.map((line) => JSON.stringify(line)).join("\n"));
  script("cargo", cargo);
  const result = spawnSync(process.execPath, [join(repository, "test/programs.mjs"), dir, ...mayBegin], {
    encoding: "utf8",
    env: { ...process.env, PATH: `${dir}:${process.env.PATH}` },
  });
  const file = join(dir, "rust.jsonl");
  const told = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  return {
    code: result.status,
    text: result.stdout,
    told: told.map((line) => JSON.parse(line)).sort(byName),
  };
}
const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);

test("every test of every program is told, a skipped one with its reason", () => {
  const { code, text, told } = programs({
    good: "echo 'test one ... ok'; echo 'test two ... ignored, needs a raw socket'",
    bad: `cat <<'END'
test one ... FAILED
test two ... FAILED
why

failures:

---- one stdout ----
thread 'one' (7) panicked at tests/bad.rs:3:5:
assertion failed: no
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace

---- two stdout ----
Error: "no panic"


failures:
    one
    two
END
exit 101`,
  });
  expect(told).toEqual([
    {
      state: "failed",
      name: "proxy tests/bad.rs: one",
      reason: "tests/bad.rs:3:5:\nassertion failed: no",
    },
    { state: "failed", name: "proxy tests/bad.rs: two", reason: 'Error: "no panic"' },
    { state: "passed", name: "proxy tests/good.rs: one" },
    { state: "skipped", name: "proxy tests/good.rs: two", reason: "needs a raw socket" },
  ]);
  expect(text).toContain("test one ... FAILED\ntest two ... FAILED\nwhy\n");
  expect(text).not.toContain("test one ... ok");
  expect(code).toBe(1);
});

test("a program that dies is a failure of its own, and what it left behind holds nothing up", () => {
  const { code, told } = programs({ dying: "sleep 5 & echo 'test one ... ok'; kill -9 $$" });
  expect(told).toEqual([
    { state: "failed", name: "proxy tests/dying.rs: did not run to its end (SIGKILL)" },
    { state: "passed", name: "proxy tests/dying.rs: one" },
  ]);
  expect(code).toBe(1);
});

/** A program that passes when `other` has begun too. */
const meet = (mine: string, other: string) =>
  `touch ${dir}/${mine}.met; until [ -e ${dir}/${other}.met ]; do :; done; grep -q 'name = "proxy"' Cargo.toml && echo 'test meets ... ok'`;

test("programs run side by side, each in the folder of its crate", () => {
  const { code, told } = programs({ a: meet("a", "b"), b: meet("b", "a") });
  expect(told.map(({ state }) => state)).toEqual(["passed", "passed"]);
  expect(code).toBe(0);
});

test("one program at a time until the named file is there", () => {
  // Long enough for a second lane to have begun another, had it not waited.
  const alone = `sleep 0.5; [ ! -e ${dir}/b.met ] && touch ${dir}/may && echo 'test alone ... ok'`;
  const built = { a: alone, b: meet("b", "c"), c: meet("c", "b") };
  const { code, told } = programs(built, { mayBegin: [join(dir, "may")] });
  expect(told.map(({ state }) => state)).toEqual(["passed", "passed", "passed"]);
  expect(code).toBe(0);
});

test("what does not compile runs nothing", () => {
  const built = { never: "echo 'test one ... ok'" };
  expect(programs(built, { cargo: "exit 101" })).toMatchObject({ code: 1, told: [] });
});
