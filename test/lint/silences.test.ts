import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { checkStack, inspectStack, type StackInput } from "../../src/stack/index.ts";
import { runCli } from "../cli/run-cli.ts";
import { missing } from "../render/originals.ts";
import { instanceWith, pairWith, samplePair, sampleStack } from "../stack/sample.ts";
import { sarifSchema } from "./sarif-schema.ts";

const built = missing(tandemd);
const reason = "the servers are watched by something else";
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-silences-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Two servers that nobody asks: the definition's checks say so, and tandemd of the rendered file. */
const unchecked = (silences: StackInput["silences"] = []): StackInput => {
  const backends = (samplePair().backends ?? []).map((backend) => ({
    ...backend,
    healthCheck: { kind: "none" as const },
  }));
  return { ...sampleStack(pairWith({ backends })), silences };
};

const check = (input: StackInput, ...more: readonly string[]) => {
  writeFileSync(join(folder, "web.ts"), `export const stack = ${JSON.stringify(input)};\n`);
  return runCli(["check", "web.ts", ...more], { cwd: folder, env: { TANDEM_BINARY: tandemd } });
};

describe.skipIf(built !== undefined)("silences of a definition", () => {
  test("name codes of the definition and of tandemd itself", async () => {
    const loud = await check(unchecked());
    expect(loud.stderr).toMatch(/warning\[CLI_DAEMON_REFUSES\]: tandemd haproxy\/no-check: /);
    expect(loud.stderr).toContain("web.ts: 3 warnings;");
    const silences = ["STACK_BACKEND_UNCHECKED", "haproxy/no-check"].map((code) => ({ code, reason }));
    const quiet = await check(unchecked(silences));
    expect(quiet.code).toBe(0);
    expect(quiet.stderr).toMatch(
      /silenced\[CLI_DAEMON_REFUSES\]: tandemd haproxy\/no-check: .*\n {2}reason: the servers/,
    );
    expect(quiet.stderr).toContain("web.ts: no problem;");
  });

  test("stand in SARIF as suppressions with their reason", async () => {
    const { stdout } = await check(unchecked([{ code: "haproxy/no-check", reason }]), "--sarif");
    const [{ results }] = sarifSchema.parse(JSON.parse(stdout)).runs;
    const of = (id: string) => results.filter(({ ruleId }) => ruleId === id);
    expect(of("STACK_BACKEND_UNCHECKED").map(({ suppressions }) => suppressions)).toEqual([undefined]);
    const said = of("CLI_DAEMON_REFUSES");
    expect(said).toHaveLength(2);
    for (const { suppressions } of said)
      expect(suppressions).toEqual([{ kind: "external", justification: reason }]);
  });

  test("are told when nothing needs them, but not when that could not be seen", async () => {
    const silences = [{ code: "haproxy/no-timeout", reason: "long polls" }];
    expect((await check(unchecked(silences))).stderr).toContain(
      "note: nothing says haproxy/no-timeout any more",
    );
    const broken = { ...unchecked(silences), name: "no name" };
    const { code, stderr } = await check(broken);
    expect(code).toBe(3);
    expect(stderr).not.toContain("any more");
  });
});

test("a rule of the two-node lint silences all that belongs to it", () => {
  const owner = instanceWith({ members: { "lb-a": { priority: 255 } } });
  expect(checkStack(owner).warnings.map(({ code }) => code)).toEqual(["STACK_PRIORITY_OWNER"]);
  expect(checkStack({ ...owner, silences: [{ code: "E13", reason }] }).warnings).toEqual([]);
});

test("a silence of an error leaves it, and says that it does", async () => {
  const clash = pairWith({
    frontends: [
      ...(samplePair().frontends ?? []),
      { ...samplePair().frontends?.[0], name: "again" } as never,
    ],
  });
  const { code, stderr } = await check({
    ...sampleStack(clash),
    silences: [{ code: "STACK_LISTEN_TWICE", reason }],
  });
  expect(code).toBe(3);
  expect(stderr).toContain("error[STACK_LISTEN_TWICE]");
  expect(stderr).toContain("note: STACK_LISTEN_TWICE is an error here, and errors cannot be silenced");
});

test.each([
  ["STACK_BACKEND_UNCHEKED", 'did you mean "STACK_BACKEND_UNCHECKED"?'],
  ["haproxy/no-chek", 'did you mean "haproxy/no-check"?'],
  ["e05", "is not a code"],
  ["WHOLLY_OTHER_THAN_ALL", "write it as `tandem check` shows it"],
])("a silence of %s, which is no code, is refused", (code, said) => {
  const { problems } = inspectStack({ ...sampleStack(), silences: [{ code, reason }] });
  expect(problems).toHaveLength(1);
  expect(problems[0]?.where).toEqual({ kind: "path", path: ["silences", 0, "code"] });
  expect(`${problems[0]?.message} ${problems[0]?.hint}`).toContain(said);
});

test("a code is silenced once", () => {
  const silences = [1, 2].map((n) => ({ code: "STACK_UNUSED", reason: `${n}` }));
  expect(inspectStack({ ...sampleStack(), silences }).problems.map(({ code }) => code)).toEqual([
    "STACK_SILENCE_TWICE",
  ]);
});

test("the command line offers the code that was meant", async () => {
  const { code, stderr } = await runCli(["check", "web.ts", "--silence", "haproxy/no-chek=x"], {
    cwd: folder,
  });
  expect(code).toBe(64);
  expect(stderr).toContain("did you mean haproxy/no-check?");
});

test("explain knows tandemd's own codes", async () => {
  const { code, stdout } = await runCli(["explain", "haproxy/no-check"], { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toContain("Servers are not checked");
  const json = await runCli(["explain", "haproxy/no-check", "--json"], { cwd: folder });
  expect(JSON.parse(json.stdout)).toMatchObject({ code: "haproxy/no-check" });
  const wrong = await runCli(["explain", "keepalived/nopremt"], { cwd: folder });
  expect([wrong.code, wrong.stderr]).toEqual([
    64,
    expect.stringContaining("did you mean keepalived/nopreempt?"),
  ]);
});
