import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { runCli } from "./run-cli.ts";
import { definitionAt } from "./unreachable.ts";

// Every way to use a command wrongly that needs no host: what is said, the code it ends with, and that nothing changed.

let folder: string;
let before: readonly string[];
/** Takes connections and says nothing. */
const silent = createServer();

const listing = () => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

beforeAll(async () => {
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  folder = mkdtempSync(join(tmpdir(), "tandem-misuse-"));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const plain = { kind: "plain", value: "planted-word" };
  mkdirSync(join(folder, "stacks"));
  write("stacks/refused.ts", definitionAt("127.0.0.1", 9, plain));
  write("stacks/silent.ts", definitionAt("127.0.0.1", (silent.address() as AddressInfo).port, plain));
  write("stacks/nameless.ts", definitionAt("lb.invalid", 22, plain));
  write("stacks/unset.ts", definitionAt("127.0.0.1", 9, { kind: "env", name: "TANDEM_TEST_UNSET" }));
  write("stacks/config.ts", definitionAt("127.0.0.1", 9, { kind: "config", key: "sshPassword" }));
  write(
    "stacks/rollout.ts",
    'import { stack } from "./refused.ts";\nexport const rollout = { stages: [{ name: "dev", stack }] };\n',
  );
  write("rollout-of-nothing.ts", "export const rollout = { stages: [] };\n");
  write("tandemd", '#!/bin/sh\necho \'{"version": "0.1.0"}\'\n');
  write("no-version", "#!/bin/sh\nexit 3\n");
  write("no-program", "hello");
  mkdirSync(join(folder, "broken"));
  // The one whose name the Automation API looks for.
  write("broken/pulumi", '#!/bin/sh\necho "error: incorrect passphrase" >&2\nexit 255\n');
  write("odd-pulumi", "#!/bin/sh\necho '[1, 2'\n");
  const resource = { urn: "urn:pulumi:dev::edge::tandem:index:Node::edge-lb-a", type: "tandem:index:Node" };
  const state = { deployment: { resources: [{ ...resource, inputs: { pair: "planted-word" } }] } };
  write("other-pulumi", `#!/bin/sh\necho '${JSON.stringify(state)}'\n`);
  for (const name of ["tandemd", "no-version", "broken/pulumi", "odd-pulumi", "other-pulumi"])
    chmodSync(join(folder, name), 0o755);
  before = listing();
});

afterEach(() => expect(listing()).toEqual(before));
afterAll(() => {
  silent.close();
  rmSync(folder, { recursive: true });
});

const run = (line: string, env: Readonly<Record<string, string>> = {}) =>
  runCli(
    line.split(" ").map((word) => (word === "''" ? "" : word)),
    { cwd: folder, env: { PATH: "/usr/bin:/bin", ...env } },
  );

/** What an error has to have, whatever it is about: no trace, no secret, and all its parts. */
function expectWhole(stderr: string): void {
  expect(stderr).toMatch(/error\[[A-Z_]+\]: \S/);
  expect(stderr).toMatch(/^ {2}why: \S/m);
  expect(stderr).toMatch(/^ {2}fix: \S/m);
  expect(stderr).toMatch(/^more: tandem explain [A-Z_]+/m);
  expect(stderr).not.toMatch(/^\s+at |node:|\[object|undefined|planted-word|internal error/m);
}

const named = (name: string) => ({ TANDEM_PULUMI: join(folder, name) });

test.each([
  [
    "diff refused",
    4,
    /host lb-a: error\[HOST_UNREACHABLE\]: 127.0.0.1:9 refused[\s\S]*host lb-b: error\[HOST_UNREACH/,
  ],
  ["diff silent", 4, /host lb-b: error\[HOST_UNREACHABLE\]: 127.0.0.1:\d+ did not answer within 0.4 s/],
  [
    "diff nameless",
    4,
    /host lb-a: error\[HOST_UNREACHABLE\]: lb.invalid:22 (cannot be found|did not answer)/,
  ],
  ["drill refused --fault kill --yes", 4, /host lb-a: error\[HOST_UNREACHABLE\]/],
  [
    "import new --host 127.0.0.1:9 --host 127.0.0.2:9 --identity nowhere",
    4,
    /host 127.0.0.2: root@127.0.0.2: error\[HOST_AUTH_FAILED\]: cannot read private key .*nowhere/,
  ],
  ["diff unset", 3, /error\[CLI_SECRET_MISSING\]: environment variable TANDEM_TEST_UNSET is not set/],
  ["status unset", 3, /error\[CLI_SECRET_MISSING\]/],
  [
    "diff refuse",
    64,
    /error\[CLI_STACK_NOT_FOUND\]: no stack "refuse"[\s\S]*here: config, nameless, refused/,
  ],
  ["status refused --pair wbe", 64, /error\[CLI_NO_SUCH_NODE\]: the stack has no pair "wbe"/],
  ["diff refused --node lb-c", 64, /error\[CLI_NO_SUCH_NODE\]: the stack has no node "lb-c"/],
  ["drill refused", 64, /error\[CLI_NO_DRILL\]/],
  [
    "drill refused --fault kill",
    64,
    /error\[CLI_NOT_CONFIRMED\]: faults will be injected on the masters of edge: kill/,
  ],
  ["drift --all --stack dev", 64, /error\[CLI_DRIFT_WHAT\]/],
  [
    "init tandemd",
    64,
    /error\[CLI_INIT_NOT_EMPTY\]: \S+tandemd is no folder for a project: a file stands where a folder/,
  ],
  [
    "graph refused --out /dev/full",
    1,
    /error\[CLI_CANNOT_WRITE\]: \/dev\/full cannot be written: the disk is full/,
  ],
  ["import new", 64, /error\[IMPORT_WHAT\]: nothing to read/],
  ["import new --host lb-a", 64, /error\[IMPORT_WHAT\]: one host is half a pair/],
  ["import n/w --host @@@ --host b", 64, /error\[IMPORT_WHAT\]: "n\/w" is no name/],
  ["import new --host [::1 --host b", 64, /error\[IMPORT_WHAT\]: "\[::1" is no host/],
  ["import refused --haproxy tandemd", 64, /error\[IMPORT_EXISTS\]: stacks\/refused.ts is there already/],
])("tandem %s ends with %i and says all of it", async (line, code, says) => {
  const { stderr, stdout, ...ended } = await run(line);
  expect(stderr).toMatch(says);
  expect({ ...ended, stdout }).toEqual({ code, stdout: "" });
  expectWhole(stderr);
});

test.each([
  [
    "drift",
    { TANDEM_PULUMI: "/nonexistent" },
    /CLI_NO_PULUMI\]: TANDEM_PULUMI names \/nonexistent, which is no program/,
  ],
  ["drift", { TANDEM_PULUMI: "/usr" }, /CLI_NO_PULUMI\]: TANDEM_PULUMI names \/usr, which is no program/],
  ["adopt", { PATH: "/nonexistent" }, /CLI_NO_PULUMI\]: the pulumi executable is neither on PATH/],
  ["up refused", { PATH: "/nonexistent" }, /CLI_NO_PULUMI/],
  [
    "import new --haproxy tandemd",
    { TANDEM_BINARY: "/nonexistent" },
    /CLI_NO_TANDEMD\]: \/nonexistent does not exist/,
  ],
  [
    "import new --haproxy tandemd",
    { TANDEM_BINARY: "/etc/passwd" },
    /CLI_NO_TANDEMD\]: \/etc\/passwd cannot be run: /,
  ],
])("tandem %s with %o says what is missing", async (line, env, says) => {
  const { code, stderr } = await run(line, env);
  expect(stderr).toMatch(says);
  expect(code).toBe(1);
  expectWhole(stderr);
});

test.each([
  [
    "drift --stack prod",
    "broken/pulumi",
    1,
    /CLI_PULUMI_FAILED\]: `pulumi stack export` of stack prod ended with 255/,
  ],
  [
    "adopt --stack prod",
    "odd-pulumi",
    1,
    /CLI_PULUMI_FAILED\]: `pulumi stack export` of stack prod gave an answer that/,
  ],
  ["drift --all", "odd-pulumi", 1, /CLI_PULUMI_FAILED\]: `pulumi stack ls` gave an answer/],
  [
    "drift",
    "other-pulumi",
    1,
    /PROVIDER_STATE_UNREADABLE\]: what the state has of edge-lb-a cannot be understood: connection/,
  ],
  [
    "diff config",
    "broken/pulumi",
    3,
    /CLI_SECRET_MISSING\]: Pulumi does not give the secret "sshPassword" of stack config/,
  ],
])("tandem %s with a pulumi like %s says so", async (line, pulumi, code, says) => {
  const { stderr, ...ended } = await run(line, named(pulumi));
  expect(stderr).toMatch(says);
  expect(ended).toEqual({ code, stdout: "" });
  expectWhole(stderr);
});

test.each([
  ["rollout plan", {}, 64, /Pulumi\.yaml: error\[ROLLOUT_NO_PROJECT\]: the project cannot be read: ENOENT/],
  ["rollout status --file nowhere", {}, 64, /error\[CLI_STACK_NOT_FOUND\]: no rollout "nowhere"/],
  ["rollout plan --file rollout-of-nothing", {}, 3, /stages: error\[/],
  ["rollout run", { TANDEM_PULUMI: "", PATH: "/nonexistent" }, 1, /error\[CLI_NO_PULUMI\]/],
  [
    "rollout plan",
    { TANDEM_BINARY: "nowhere" },
    1,
    /nowhere: error\[PROVIDER_BINARY_MISSING\]: cannot read the tandemd/,
  ],
  [
    "rollout plan",
    { TANDEM_BINARY: "no-version" },
    1,
    /error\[PROVIDER_BINARY_MISSING\]: cannot ask .* for its version/,
  ],
])("tandem %s with %o ends with %i", async (line, env, code, says) => {
  const { stderr, ...ended } = await run(line, {
    ...named("broken/pulumi"),
    TANDEM_BINARY: "tandemd",
    ...env,
  });
  expect(stderr).toMatch(says);
  expect(ended).toEqual({ code, stdout: "" });
  expect(stderr).toMatch(/fix: \S/);
  expect(stderr).not.toMatch(/^\s+at |internal error/m);
});

test("tandem rollout tells what Pulumi says of a stack that cannot be read", async () => {
  writeFileSync(join(folder, "Pulumi.yaml"), "name: edge\nruntime: nodejs\n");
  try {
    const { code, stderr } = await run("rollout status", {
      ...named("broken/pulumi"),
      TANDEM_BINARY: "tandemd",
    });
    expect(stderr).toMatch(
      /error\[ROLLOUT_STATE_UNREADABLE\]: stage dev: Pulumi's state cannot be read: [\s\S]*incorrect passphrase/,
    );
    expect(code).toBe(1);
    expectWhole(stderr);
  } finally {
    rmSync(join(folder, "Pulumi.yaml"));
  }
});

test.each([
  "render refused --out ''",
  "graph refused --out ''",
  "drift --textfile ''",
  "rollout run --force ''",
  "rollout resume --approve ''",
  "import new --haproxy ''",
  "status refused --pair ''",
])("tandem %s is refused: what is empty names nothing", async (line) => {
  const { code, stdout, stderr } = await run(line);
  expect({ code, stdout }).toEqual({ code: 64, stdout: "" });
  expect(stderr).toMatch(
    /^Failed to parse "" for \w+: it is empty; write a value, or leave the option out$/m,
  );
});

test("what is drifted is written whole, or the disk is told, and nothing half is left", async () => {
  const state = { deployment: { resources: [] } };
  writeFileSync(join(folder, "empty-pulumi"), `#!/bin/sh\necho '${JSON.stringify(state)}'\n`, {
    mode: 0o755,
  });
  try {
    const bad = await run("drift --textfile tandemd/drift.prom", named("empty-pulumi"));
    expect(bad.stderr).toMatch(
      /error\[CLI_CANNOT_WRITE\]: \S+drift.prom cannot be written: a file stands where a folder/,
    );
    expect(bad.code).toBe(1);
    expectWhole(bad.stderr);
    const good = await run("drift --textfile new/drift.prom", named("empty-pulumi"));
    expect(good.code, good.stderr).toBe(0);
    expect(readdirSync(join(folder, "new"))).toEqual(["drift.prom"]);
    expect(readFileSync(join(folder, "new/drift.prom"), "utf8")).toContain("tandem_drift_checked_seconds");
  } finally {
    for (const name of ["empty-pulumi", "new"]) rmSync(join(folder, name), { recursive: true, force: true });
  }
});
