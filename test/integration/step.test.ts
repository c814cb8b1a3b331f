import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { freePort, until } from "../../lab/index.ts";
import { missing } from "../render/originals.ts";

const absent = missing("haproxy");
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-step-test-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that has a haproxy as the benchmark has one, and lives until it is ended or told to stop it. */
const program = (port: number) => `
  import { haproxy } from ${JSON.stringify(new URL("../../bench/step/contenders.ts", import.meta.url).href)};
  const text = "defaults\\n mode http\\n timeout client 9s\\n timeout server 9s\\n timeout connect 9s\\nfrontend f\\n bind 127.0.0.1:${port}\\n";
  const it = await haproxy(${JSON.stringify(folder)}, { port: ${port}, each: [text] });
  await it.reload();
  process.stdin.once("data", async () => { await it.stop(); process.exit(0); });
  console.log("runs");
`;

const isHaproxy = (pid: string): boolean => {
  const file = `/proc/${pid}/comm`;
  return existsSync(file) && readFileSync(file, "utf8").trim() === "haproxy";
};

describe.skipIf(absent !== undefined)(`the haproxy of bench/step (${absent ?? "the real one"})`, () => {
  it.each([
    ["SIGKILL", "SIGKILL"],
    ["SIGTERM", "SIGTERM"],
    ["SIGINT", "SIGINT"],
    ["an orderly stop", undefined],
  ] as const)("is gone after %s", async (_, signal) => {
    const argv = ["--import", "tsx", "--input-type=module", "-e", program(await freePort())];
    const child = spawn(process.execPath, argv, { stdio: ["pipe", "pipe", "inherit"] });
    const over = once(child, "exit");
    await once(createInterface({ input: child.stdout }), "line");
    const [first, last, ...more] = readFileSync(join(folder, "haproxy.former"), "utf8").trim().split("\n");
    expect(more).toEqual([]);
    expect(last).not.toBe(first);
    expect(isHaproxy(last ?? "")).toBe(true);
    if (signal === undefined) child.stdin.write("stop\n");
    else child.kill(signal);
    await over;
    await until(
      "no haproxy is left",
      10_000,
      () => ![first, last].some((pid) => isHaproxy(pid ?? "")) || undefined,
    );
  });
});
