import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";
import { definitionAt } from "./unreachable.ts";

// The command line as a process of its own, with somebody, or nobody, at the other end.
const TANDEM = `${process.execPath} --import ${import.meta.resolve("tsx")} ${join(repository, "src/cli/main.ts")}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-terminal-"));
  mkdirSync(join(folder, "stacks"));
  writeFileSync(
    join(folder, "stacks/dev.ts"),
    definitionAt("127.0.0.1", 9, { kind: "plain", value: "word" }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is shown and the exit code; `answer` is typed once the question is there. */
function atTerminal(command: string, answer: string): Promise<{ code: number | null; shown: string }> {
  // Nobody is asked where CI is set.
  const { CI: _, ...env } = process.env;
  const child = spawn("script", ["-qefc", `${TANDEM} ${command}`, "/dev/null"], { cwd: folder, env });
  let shown = "";
  let answered = false;
  child.stdout.on("data", (bytes: Buffer) => {
    shown += bytes.toString();
    if (answered || !shown.includes("[y/N]")) return;
    answered = true;
    child.stdin.write(answer);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, shown }));
  });
}

test.each([
  ["Ctrl-C", "\x03", 130, "CLI_NOT_CONFIRMED"],
  ["Ctrl-D", "\x04", 64, "CLI_NOT_CONFIRMED"],
  ["no", "n\r", 64, "CLI_NOT_CONFIRMED"],
  ["yes", "y\r", 4, "HOST_UNREACHABLE"],
])("a question that is answered by %s", async (_, answer, code, says) => {
  const ended = await atTerminal("drill dev --fault kill", answer);
  expect(ended.shown).toContain(`error[${says}]`);
  expect(ended.shown).not.toMatch(/unsettled|^\s+at /m);
  expect(ended.code).toBe(code);
});

test("what nobody reads any more ends by itself, without a trace", async () => {
  const script = `set -o pipefail; ${TANDEM} status dev --watch --every 0.2 --json | head -c 1`;
  const child = spawn("bash", ["-c", script], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.on("data", (bytes: Buffer) => {
    said += bytes.toString();
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect({ code, said }).toEqual({ code: 130, said: "" });
});
