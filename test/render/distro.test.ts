import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownProgram, render } from "../../src/render/index.ts";
import { parseStack } from "../../src/stack/index.ts";
import { missing } from "./originals.ts";
import { binary, scenarios } from "./scenarios.ts";

const [pair] = parseStack(scenarios.distro).pairs;
if (pair === undefined) throw new Error("the scenario has a pair");
const release = render(pair, "lb-a", binary);
const absent = ["perl", "haproxy", "keepalived"].map(missing).find((reason) => reason !== undefined);
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-distro-"));
  writeFileSync(join(folder, "program"), ownProgram(release.binary) ?? "");
});
afterAll(() => rmSync(folder, { recursive: true }));

function ask(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("perl", [join(folder, "program"), ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

test("a release on Debian's packages ships this program, names the packages and runs no tandemd", () => {
  expect(release.binary.sha256).not.toBe(binary.sha256);
  expect(release.requires.packages).toEqual(["haproxy", "keepalived"]);
  expect(ownProgram(binary)).toBeUndefined();
  expect(release.files["haproxy.cfg"]?.text).toContain("    user haproxy\n    group haproxy\n");
});

describe.skipIf(absent !== undefined)(`the program of the engine distro (${absent ?? "perl"})`, () => {
  test("has the version that the release names", () => {
    expect(ask("--version").stdout).toBe(`tandem-distro ${release.binary.version}\n`);
  });

  test("lets the real parsers judge, and tells file, line and words of both", () => {
    const haproxy = put(
      "haproxy.cfg",
      "global\ndefaults\n    mode http\nbackend x\n    balanse roundrobin\n",
    );
    const keepalived = put("keepalived.conf", "vrrp_instance A {\n    interfce lo\n}\n");
    const { status, stdout } = ask("check", "--json", "--haproxy", haproxy, "--keepalived", keepalived);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      { severity: "error", file: haproxy, line: 5, source: "    balanse roundrobin" },
      { severity: "error", file: keepalived, line: 2, source: "    interfce lo" },
      { severity: "error", file: keepalived, message: "(A) the virtual router id must be set" },
    ]);
  });

  test("accepts what is rendered", () => {
    const haproxy = put("haproxy.cfg", release.files["haproxy.cfg"]?.text ?? "");
    expect(ask("check", "--json", "--haproxy", haproxy)).toEqual({ status: 0, stdout: "[]\n", stderr: "" });
  });

  test("has no status before it was started", () => {
    expect(ask("status", "--json")).toEqual({ status: 1, stdout: "", stderr: "nothing was started\n" });
  });

  test("says of a command that it does not know that it does not", () => {
    expect(ask("fly")).toMatchObject({ status: 2, stderr: "unknown command 'fly'\n" });
  });
});
