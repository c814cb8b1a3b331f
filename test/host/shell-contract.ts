import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Shell } from "../../src/host/index.ts";

/** What every Shell promises, the real one over SSH and the one in memory. */
export function shellContract(make: () => Promise<Shell>): void {
  let shell: Shell;
  beforeAll(async () => {
    shell = await make();
  });
  afterAll(() => shell.close());

  it("returns what the program wrote and its exit code", async () => {
    expect(await shell.run(["true"])).toEqual({ exitCode: 0, stdout: Buffer.alloc(0), stderr: "" });
    expect((await shell.run(["false"])).exitCode).toBe(1);
  });

  it("hands over standard input byte for byte", async () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * 7) % 256));
    expect((await shell.run(["cat"], { stdin: bytes })).stdout.equals(bytes)).toBe(true);
    expect((await shell.run(["cat"], { stdin: Readable.from([bytes]) })).stdout.equals(bytes)).toBe(true);
    expect((await shell.run(["cat"])).stdout.length).toBe(0);
  });

  it("passes arguments unchanged", async () => {
    const words = ["a b", "it's", "$HOME", "`id`", "", "*", "-n", "line\nbreak", "ü"];
    const { stdout } = await shell.run(["printf", "%s\\0", ...words]);
    expect(stdout.toString().split("\0").slice(0, -1)).toEqual(words);
  });

  it("tells standard output as it comes", async () => {
    const pieces: string[] = [];
    await shell.run(["cat"], { stdin: "now", onStdout: (chunk) => pieces.push(chunk.toString()) });
    expect(pieces.join("")).toBe("now");
  });

  it("is not found with exit code 127, as a shell tells it", async () => {
    const { exitCode, stderr } = await shell.run(["no-such-program-here"]);
    expect(exitCode).toBe(127);
    expect(stderr).toContain("no-such-program-here");
  });

  it("gives up after the timeout with what was run and for how long", async () => {
    await expect(shell.run(["sleep", "30"], { timeout: 200 })).rejects.toMatchObject({
      code: "HOST_COMMAND_TIMEOUT",
      message: expect.stringContaining("sleep did not finish within 0.2 s"),
    });
  });

  it("ends at once when the signal is aborted", async () => {
    const controller = new AbortController();
    const running = shell.run(["sleep", "30"], { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("interrupted")), 50);
    await expect(running).rejects.toThrow("interrupted");
    await expect(shell.run(["true"], { signal: controller.signal })).rejects.toThrow("interrupted");
  });

  it("runs several commands side by side", async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => shell.run(["cat"], { stdin: String(i) })),
    );
    expect(results.map((r) => r.stdout.toString())).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  });

  it("works again after close", async () => {
    await shell.close();
    expect((await shell.run(["true"])).exitCode).toBe(0);
  });
}
