import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ask, drilled, pair, stateOf } from "./ask-gate.ts";

test("recorded drills: all of them have to have passed, and every pair has to have some", async () => {
  const gate = { kind: "drill", pairs: "canary", maxOutage: "1s" } as const;
  expect((await ask(gate)).verdict).toEqual({
    outcome: "failed",
    detail: `no drill was run on ${pair.name}: add \`drill\` to the pair, or \`faults\` to the gate`,
  });
  const good = { handover: { passed: true, outageMs: 12.4 }, kill: { passed: true, outageMs: 310 } };
  expect((await ask(gate, { state: async () => stateOf(drilled(good)) })).verdict).toEqual({
    outcome: "passed",
    detail: "2 drills passed, longest outage 310 ms",
  });
  const bad = { ...good, stop: { passed: false, outageMs: 4000 } };
  expect((await ask(gate, { state: async () => stateOf(drilled(bad)) })).verdict).toEqual({
    outcome: "failed",
    detail: `${pair.name}: stop failed`,
  });
});

test("a command: its exit code decides, it knows stage and release, and no secret of Pulumi's", async () => {
  const command = (script: string, timeout: "1s" | "30s" = "30s") =>
    ask(
      { kind: "command", command: ["sh", "-c", script], timeout },
      { env: { PATH: process.env.PATH, PULUMI_CONFIG_PASSPHRASE: "hush", OWN: "kept" } },
    );
  const said = await command('echo "$TANDEM_STAGE $TANDEM_RELEASE $OWN [${PULUMI_CONFIG_PASSPHRASE-unset}]"');
  expect(said.verdict).toEqual({ outcome: "passed", detail: "sh passed: dev rel kept [unset]" });
  expect((await command("echo no such page >&2; exit 3")).verdict).toEqual({
    outcome: "failed",
    detail: "sh: exit code 3: no such page",
  });
  expect((await command("exec sleep 60", "1s")).verdict).toEqual({
    outcome: "failed",
    detail: "sh: did not end within 1s, so it was ended",
  });
});

test("a command that is not there, or may not be run, is told with where it was looked for", async () => {
  const verdict = async (program: string) =>
    (await ask({ kind: "command", command: [program], timeout: "1s" })).verdict;
  expect(await verdict("/nowhere/smoke")).toEqual({
    outcome: "failed",
    detail: "/nowhere/smoke: cannot be started: there is no such program seen from /",
  });
  expect(await verdict("smoke-of-nobody")).toEqual({
    outcome: "failed",
    detail: "smoke-of-nobody: cannot be started: there is no such program on PATH",
  });
  expect((await verdict("/etc/passwd")).detail).toContain("it may not be executed (chmod +x)");
});

test("a command that has ended is over, whatever it leaves running; one whose time is over ends with all it started", async () => {
  const command = (script: string) =>
    ask(
      { kind: "command", command: ["sh", "-c", script], timeout: "1s" },
      { env: { PATH: process.env.PATH } },
    );
  const began = performance.now();
  const left = await command("sleep 61 & echo $!");
  expect(left.verdict.outcome).toBe("passed");
  expect(performance.now() - began).toBeLessThan(5_000);
  process.kill(Number(left.verdict.detail.split(": ")[1]));
  // Neither listens to the signal that asks them to end.
  const deaf = await command("trap '' TERM; (exec sleep 62) & echo $!; wait");
  expect(deaf.verdict.detail).toMatch(/^sh: did not end within 1s, so it was ended: \d+$/);
  const started = `/proc/${deaf.verdict.detail.split(": ")[2]}/cmdline`;
  // Of one that nobody has buried yet there is no command line any more.
  await expect.poll(() => existsSync(started) && readFileSync(started, "utf8")).toBeFalsy();
});

test("an approval: given with the command, at the terminal, or waited for", async () => {
  const gate = { kind: "approval", question: "smoke looked at?" } as const;
  expect((await ask(gate, {}, { approval: "approved by ann" })).verdict).toEqual({
    outcome: "passed",
    detail: "approved by ann",
  });
  const answer = async (question: string) => (question === "smoke looked at?" ? "yes of bob" : undefined);
  expect((await ask(gate, { ask: answer })).verdict.detail).toBe("yes of bob");
  const { verdict } = await ask({ kind: "approval" }, { ask: async () => undefined });
  expect(verdict.outcome).toBe("waiting");
  expect(verdict.detail).toContain("release rel is in dev: may it go on?");
});

test("no drift: what a preview would change is told, the first five of it", async () => {
  expect((await ask({ kind: "noDrift" })).verdict.outcome).toBe("passed");
  const changes = async () => ["a", "b", "c", "d", "e", "f", "g"];
  expect((await ask({ kind: "noDrift" }, { changes })).verdict).toEqual({
    outcome: "failed",
    detail: "a; b; c; d; e, and 2 more",
  });
});
