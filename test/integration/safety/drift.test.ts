import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../../lab/index.ts";
import { tandemd } from "../../../lab/setup/paths.ts";
import { fromRelease } from "../../../src/provider/node/inputs.ts";
import { type CliRun, runCli } from "../../cli/run-cli.ts";
import { cases, current } from "./drift-cases.ts";
import { NAMES, PASSWORD, type Pair, SECRETS, startPair } from "./pair.ts";

const built = existsSync(tandemd);

interface Told {
  readonly kind: string;
  readonly node?: string;
  readonly message: string;
  readonly since?: string;
  readonly who: readonly string[];
}

let pair: Pair;

const at = (file: string) => join(pair.machines["lb-a"].dir, file);
const run = (...argv: string[]): Promise<CliRun> =>
  runCli(argv, {
    cwd: pair.machines["lb-a"].dir,
    env: { TANDEM_PULUMI: at("pulumi"), TANDEM_BINARY: tandemd },
  });

async function drift(): Promise<CliRun & { readonly told: readonly Told[] }> {
  const ran = await run("drift", "--json");
  expect(ran.stdout, ran.stderr).not.toBe("");
  const { stacks } = JSON.parse(ran.stdout) as { stacks: readonly [{ readonly drift: readonly Told[] }] };
  return { ...ran, told: stacks[0].drift };
}

/** Deploys on both, and says so in what a state would have. */
async function deploy(): Promise<void> {
  // The first one leads: nobody preempts.
  for (const name of NAMES) await pair.apply(pair.release(name), pair.programs[0]);
  const resources = NAMES.map((name) => ({
    urn: `urn:pulumi:test::edge::tandem:index:Node::edge-${name}`,
    type: "tandem:index:Node",
    inputs: {
      ...fromRelease(pair.release(name)),
      connection: pair.machines[name].connection({ name }),
      secrets: SECRETS,
    },
  }));
  writeFileSync(at("state.json"), JSON.stringify({ deployment: { resources } }), { mode: 0o600 });
  writeFileSync(at("pulumi"), `#!/bin/sh\nexec cat ${at("state.json")}\n`);
  chmodSync(at("pulumi"), 0o755);
}

async function untilClean(): Promise<void> {
  let left: readonly Told[] = [];
  await until("the pair is as it was deployed", 40_000, async () => {
    left = (await drift()).told;
    return left.length === 0 ? true : undefined;
  }).catch((cause: unknown) => {
    throw new Error(`there is still\n${left.map(({ kind, message }) => `${kind} ${message}`).join("\n")}`, {
      cause,
    });
  });
}

beforeAll(async () => {
  if (!built) return;
  pair = await startPair();
  await deploy();
  // What sudo would have noted in the journal: this host has none of systemd's.
  for (const name of NAMES)
    await pair.machines[name].sh(
      `printf '#!/bin/sh\\nprintf "%%s lb sudo: alice : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/vi secret-argument\\\\n" "$(($(date +%%s) - 60)).0"\\n' >/usr/local/sbin/journalctl`,
    );
  await untilClean();
});
afterAll(() => pair?.stop());

describe.skipIf(!built)(
  `drift that somebody made (${built ? "a real sshd and daemon" : "skipped: dist/tandemd is not built"})`,
  () => {
    it("is none at first, with exit code 0 and a line for each node", async () => {
      const { code, stdout } = await run("drift");
      expect(code).toBe(0);
      expect(stdout).toMatch(/^in sync lb-a \(release [0-9a-f]{16}\)\nin sync lb-b/m);
    });

    it.each(cases)(
      "is told by table, JSON, exit code and adopt, and is gone when undone: %s",
      async (_, all) => {
        for (const { on, by } of all) for (const name of on) await pair.machines[name].sh(by);
        const line = ({ node, kind, message }: Told) => `${node ?? "pair edge"} ${kind} ${message}`;
        let lines: readonly string[] = [];
        const found = await until("all of it", 40_000, async () => {
          const { told } = await drift();
          lines = told.map(line);
          const each = all.map(({ kind, says }) =>
            told.find((one) => one.kind === kind && says.test(line(one))),
          );
          return each.every((one) => one !== undefined) ? each : undefined;
        }).catch((cause: unknown) => {
          throw new Error(`told was only\n${lines.join("\n")}`, { cause });
        });
        const [table, adopted] = [await run("drift"), await run("adopt")];
        expect(table.code).toBe(2);
        if (all.some(({ adopt }) => adopt !== undefined)) expect(adopted.code).toBe(2);
        for (const [i, { kind, says, adopt, dated }] of all.entries()) {
          expect(table.stdout).toMatch(says);
          if (adopt !== undefined) expect(adopted.stdout).toMatch(adopt);
          if (dated !== true) continue;
          const { since, who } = found[i] ?? { who: [] };
          expect(Math.abs(Date.now() - Date.parse(since ?? "")), kind).toBeLessThan(120_000);
          // Files were changed by who ran something as root just before; elections by nobody.
          if (["file", "mode", "owner", "sysctl-boot"].includes(kind))
            expect(who).toEqual(["alice by sudo /usr/bin/vi"]);
        }
        for (const { on, undo } of [...all].reverse())
          for (const name of on) await pair.machines[name].sh(undo);
        await untilClean();
      },
    );

    it("of a release that reached one node only is told for the pair", async () => {
      const [, other] = pair.programs;
      await pair.apply(pair.release("lb-b", other), other);
      const { code, told } = await drift();
      expect(code).toBe(2);
      expect(told).toContainEqual(
        expect.objectContaining({
          kind: "release-differs",
          message: expect.stringMatching(/^lb-a and lb-b run tandemd [0-9a-f]{12} and [0-9a-f]{12}/),
        }),
      );
    });

    it("has no secret in any form of the report", async () => {
      await pair.machines["lb-b"].sh(
        `sed -i 's/auth_pass .*/auth_pass 0therPw/' ${current}/keepalived.conf; sed -i '/^ *timeout client/a\\    stats auth admin:byhand77' ${current}/haproxy.cfg`,
      );
      const page = await run("drift", "--html", "drift.html", "--textfile", "drift.prom");
      const shown = [
        page.stdout,
        page.stderr,
        (await run("drift", "--json")).stdout,
        (await run("adopt")).stdout,
      ];
      const written = ["drift.html", "drift.prom"].map((file) => readFileSync(at(file), "utf8"));
      expect(shown.join()).toContain("@@secret: changed@@");
      for (const secret of [PASSWORD, "0therPw", "byhand77", "secret-argument"])
        expect([...shown, ...written].join("\n")).not.toContain(secret);
    });
  },
);
