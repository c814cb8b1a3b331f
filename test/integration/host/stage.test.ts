import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockHost } from "../../../src/host/apply/lock.ts";
import type { Plan } from "../../../src/host/apply/plan.ts";
import { uploadBinary } from "../../../src/host/apply/stage.ts";
import { SshShell } from "../../../src/host/index.ts";
import { sha256 } from "../../../src/host/observe/observe.ts";
import { makeRelease } from "../../host/make-release.ts";
import { type Sshd, startSshd } from "./sshd.ts";

let sshd: Sshd;
let shell: SshShell;
let dir: string;
beforeAll(async () => {
  sshd = await startSshd();
  shell = new SshShell(sshd.connection());
  dir = mkdtempSync(join(tmpdir(), "upload-"));
});
afterAll(async () => {
  await shell?.close();
  await sshd?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function upload(bytes: Buffer, digest = sha256(bytes)): Promise<void> {
  const path = join(dir, "tandemd");
  writeFileSync(path, bytes);
  const plan = { attempt: "a1" } as Plan;
  await uploadBinary(shell, plan, makeRelease({ sha256: digest, version: "0.1.0" }), path, {});
}

const list = async () => (await shell.run(["find", "/opt", "-mindepth", "1"])).stdout.toString();

describe("sending the executable", () => {
  it("arrives whole, executable and belonging to root", async () => {
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 31) % 256));
    await upload(bytes);
    const { stdout } = await shell.run([
      "sh",
      "-c",
      "stat -c '%a %U' /opt/tandem/bin/.stage-a1; sha256sum </opt/tandem/bin/.stage-a1",
    ]);
    expect(stdout.toString()).toBe(`755 root\n${sha256(bytes)}  -\n`);
    await shell.run(["rm", "-rf", "/opt/tandem"]);
  });

  it("says when the disk fills on the way, and leaves nothing", async () => {
    await expect(upload(Buffer.alloc(1_000_000, 7))).rejects.toMatchObject({
      code: "HOST_DISK_FULL",
      message: expect.stringContaining("No space left on device"),
    });
    expect(await list()).toBe("");
  });

  it("refuses what arrives with another digest, and leaves nothing", async () => {
    await expect(upload(Buffer.from("abc"), "0".repeat(64))).rejects.toMatchObject({
      code: "HOST_STEP_FAILED",
    });
    expect(await list()).toBe("");
  });

  it("says when the file cannot be read on this machine", async () => {
    const release = makeRelease({ sha256: "0".repeat(64), version: "0.1.0" });
    const failed = uploadBinary(shell, { attempt: "a1" } as Plan, release, join(dir, "absent"), {});
    await expect(failed).rejects.toThrow("ENOENT");
    expect(await list()).toBe("");
  });
});

describe("the lock of a host", () => {
  it("is given back by an orderly end and by a broken connection, through sudo too", async () => {
    for (const change of [{}, { user: "dev", sudo: { password: "pass word'dev" } }]) {
      const holder = new SshShell(sshd.connection(change));
      const lock = await lockHost(holder, "bob@ci pid 7");
      await expect(lockHost(shell, "me")).rejects.toMatchObject({ code: "HOST_LOCKED" });
      await lock.release();
      await lockHost(holder, "bob@ci pid 8");
      await holder.close();
      const again = async () => {
        const taken = await lockHost(shell, "me").catch(() => undefined);
        await taken?.release();
        return taken !== undefined;
      };
      await expect.poll(again, { timeout: 10_000 }).toBe(true);
      expect((await shell.run(["ls", "/run"])).stdout.toString()).not.toContain("tandem");
    }
  });
});
