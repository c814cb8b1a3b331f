import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { missing } from "../render/originals.ts";
import { runCli } from "./run-cli.ts";

const built = missing(tandemd);
let folder: string;

const text =
  "frontend web\n    bind :80\n    default_backend web\nbackend web\n    server one 10.0.0.21:80\n";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-import-texts-"));
  mkdirSync(join(folder, "conf.d"));
  copyFileSync(process.execPath, join(folder, "program"));
  writeFileSync(join(folder, "haproxy.cfg"), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...argv: string[]) => runCli(argv, { cwd: folder, env: { TANDEM_BINARY: tandemd } });

describe("tandem import of what is no text", () => {
  test("names every such file, says what to give instead, and writes nothing", async () => {
    const { code, stderr } = await run("import", "shop", "--haproxy", "conf.d", "--keepalived", "program");
    expect(code).toBe(1);
    expect(stderr).toContain("conf.d: error[IMPORT_UNREADABLE]: this is a folder\n");
    expect(stderr).toContain("fix: name the files in it, in their order");
    expect(stderr).toContain("program: error[IMPORT_UNREADABLE]: this is no text: it has zero bytes\n");
    expect(existsSync(join(folder, "stacks"))).toBe(false);
  });
});

describe.skipIf(built !== undefined)("what to do next", () => {
  test("names the file that was written where that is not under stacks/", async () => {
    const argv = ["import", "shop", "--haproxy", "haproxy.cfg", "--out", "elsewhere.ts"];
    const { stderr } = await run(...argv);
    expect(stderr).toContain(
      "next: tandem check elsewhere.ts, then tandem render elsewhere.ts beside your own files",
    );
  });

  test("is a deployment of stacks under stacks/ alone", async () => {
    const stack = `export const stack = { name: "shop", pairs: [{
      name: "shop",
      nodes: [
        { name: "lb-a", address: "10.0.0.11", interface: "eth0", interfaceAddress: "10.0.0.11/24" },
        { name: "lb-b", address: "10.0.0.12", interface: "eth0", interfaceAddress: "10.0.0.12/24" },
      ],
      vrrpInstances: [{ name: "VI_1", virtualRouterId: 51, master: "lb-a", vips: [{ address: "10.0.0.100/24" }] }],
    }] };\n`;
    mkdirSync(join(folder, "stacks"));
    writeFileSync(join(folder, "stacks/shop.ts"), stack);
    writeFileSync(join(folder, "draft.ts"), stack);
    const [named, file, outside] = [
      await run("check", "shop"),
      await run("check", "stacks/shop.ts"),
      await run("check", "draft.ts"),
    ];
    expect(named.stderr).toContain("; next: tandem up shop --preview");
    expect(file.stderr).toContain("; next: tandem up stacks/shop.ts --preview");
    expect(outside.stderr).toContain(
      `; next: move it into ${join(folder, "stacks")}, where a deployment looks`,
    );
    expect(outside.stderr).not.toContain("tandem up");
  });
});
