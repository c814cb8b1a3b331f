import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Lab, openLab } from "../../lab/index.ts";
import { repository } from "../../lab/setup/paths.ts";

const name = `demo-${process.pid}`;

function runDemo(report: string): Promise<{ readonly code: number | null; readonly text: string }> {
  const script = (
    JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as { scripts: { demo: string } }
  ).scripts.demo;
  // Exactly what `npm run demo` runs, on a lab of its own.
  const child = spawn("sh", ["-c", `${script} --lab ${name} --report ${report}`], {
    cwd: repository,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString("utf8")));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, text }));
  });
}

describe("npm run demo", () => {
  let folder: string;
  let lab: Lab | undefined;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tandem-demo-"));
  });

  afterAll(async () => {
    await lab?.down();
    rmSync(folder, { recursive: true });
  });

  test("does the whole main job, leaves the lab up and writes a report that needs nothing else", async () => {
    const report = join(folder, "report.html");
    const { code, text } = await runDemo(report);
    expect(code, text.slice(-40_000)).toBe(0);
    lab = openLab(name);
    const vip = lab.vips[0] ?? "";
    const page = await fetch(`http://${vip}/`, { signal: AbortSignal.timeout(3000) });
    expect(await page.text()).toMatch(/web-\d/);
    for (const seen of [
      "lb-a is MASTER",
      "pulumi preview --refresh names haproxy.cfg by its changed line",
      "and lost none",
      "both hosts are as they were",
      "went back to its release by itself",
      "are as before",
    ]) {
      expect(text).toContain(seen);
    }
    const html = readFileSync(report, "utf8");
    for (const fault of ["handover", "kill", "linkDown"]) expect(html).toContain(`<td>${fault}</td>`);
    expect(html).not.toMatch(/<(script|link|img)\b|url\(/);
  });

  test("is one of the two commands that README names, and both exist", () => {
    const readme = readFileSync(join(repository, "README.md"), "utf8");
    const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const named = [...readme.matchAll(/^ {4}npm (?:run ([a-z:]+)|(test))/gm)].map(
      ([, run, own]) => run ?? own ?? "",
    );
    expect(named).toEqual(expect.arrayContaining(["demo", "test"]));
    for (const script of named) expect(scripts).toHaveProperty([script]);
  });
});
