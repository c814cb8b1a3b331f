import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tandemd } from "../../../lab/setup/paths.ts";
import { TandemError } from "../../../src/diagnostics/index.ts";
import { openHost } from "../../../src/host/index.ts";
import { runCli } from "../../cli/run-cli.ts";
import { samplePair } from "../../stack/sample.ts";
import { runJob, type TimedJob } from "./job.ts";
import { type Machine, startMachine } from "./machine.ts";
import { type Executable, executables, releaseThatSays, SECRETS } from "./releases.ts";
import { leftoversOn, settledState, stateOf } from "./state.ts";

const built = existsSync(tandemd);

let machine: Machine;
let programs: readonly [Executable, Executable];

const apply = (says: string, more = "", program = programs[0]) => ({
  kind: "apply" as const,
  release: releaseThatSays(says, program, more),
  executable: program,
});
const run = (job: TimedJob) => runJob(job, machine.connection());

async function failureOf(job: TimedJob): Promise<TandemError> {
  const error: unknown = await run(job).catch((thrown: unknown) => thrown);
  if (!(error instanceof TandemError)) throw new Error(`it ended with ${String(error)}`);
  return error;
}

/** What is kept: files with their rights, and what is said of them. */
const kept = () =>
  machine.sh(
    "cd /var/lib/tandem/failed && find . -type f -printf '%P %m %u\\n' | sort && cat reason && cat release/haproxy.cfg",
  );

beforeAll(async () => {
  if (!built) return;
  machine = await startMachine();
  programs = executables(machine.dir);
});
afterAll(() => machine?.stop());

describe.skipIf(!built)(
  `what could not be taken over (${built ? "a real sshd and daemon" : "skipped: dist/tandemd is not built"})`,
  () => {
    it("is kept when the daemon's check refuses it, and is no drift", async () => {
      const good = apply("one");
      await run(good);
      const before = await stateOf(machine);
      const refused = apply("refused", "    no-such-directive\n");
      const error = await failureOf(refused);
      expect(error.code).toBe("HOST_CONFIG_REFUSED");
      expect(error.message).toContain("is kept on the host in /var/lib/tandem/failed");
      const text = await kept();
      expect(text).toContain("no-such-directive");
      expect(text).toMatch(/^release\/haproxy\.cfg 640 root$/m);
      expect(text).toMatch(/^reason 600 root$/m);
      expect(text).toMatch(/^at: 20\d\d-\d\d-\d\dT[\d:]+Z$/m);
      expect(text).toContain("HOST_CONFIG_REFUSED");
      expect(await settledState(machine, [before])).toBe(before);
      expect(await leftoversOn(machine)).toBe("");
      // The old one again: nothing differs.
      const notes: string[] = [];
      await runJob(good, machine.connection(), ({ message }) => notes.push(message));
      expect(notes).toEqual(["nothing to change"]);
    });

    it("is kept when the switch fails, in the place of what failed before, and says why", async () => {
      const before = await stateOf(machine);
      // The port is somebody's: the daemon notices when it takes the text over.
      const job = apply("taken", "frontend taken\n    bind 127.0.0.1:9999\n");
      const error = await failureOf(job);
      expect(error.problems.at(-1)).toMatchObject({
        code: "HOST_ROLLED_BACK",
        hint: expect.stringContaining("/var/lib/tandem/failed"),
      });
      const text = await kept();
      expect(text).toContain("bind 127.0.0.1:9999");
      expect(text).not.toContain("no-such-directive");
      expect(text).toContain(error.code);
      expect(await settledState(machine, [before])).toBe(before);
      expect(await leftoversOn(machine)).toBe("");
    });

    it("is kept by the way back that runs alone on the host", async () => {
      const before = await stateOf(machine);
      const job = { ...apply("lost", "", programs[1]), rollbackAfter: 3 };
      machine.relay.arm(0, "silence");
      const lost = runJob(
        job,
        machine.connection({ timeouts: { connect: 1_500, silence: 1_500 } }),
        ({ step }) => {
          if (step === "confirm") machine.relay.arm(1, "silence");
        },
      );
      await expect(lost).rejects.toThrow("HOST_ROLLBACK_PENDING");
      expect(await settledState(machine, [before])).toBe(before);
      machine.relay.heal();
      const host = openHost(machine.connection());
      try {
        const { failed } = await host.observe(job.release, SECRETS);
        expect(failed).toMatchObject({
          release: job.release.id,
          by: "alice@desk pid 1",
          reason: "it was not confirmed in time: the controller, or the way to it, was lost",
        });
      } finally {
        await host.close();
      }
      expect(await kept()).toContain('string "lost"');
      expect(await leftoversOn(machine)).toBe("");
    });

    it("is told by the doctor, beside what else is wrong with the pair", async () => {
      const { port, hostKey } = machine.connection();
      const authentication = [{ kind: "privateKeyFile", path: join(machine.dir, "id") }];
      const sample = samplePair();
      const nodes = sample.nodes.map((node, i) => {
        const address = `127.0.0.${i + 1}`;
        return { ...node, address, ssh: { user: "root", port, authentication, hostKey } };
      });
      const stack = { name: "dev", pairs: [{ ...sample, nodes }] };
      writeFileSync(join(machine.dir, "dev.ts"), `export const stack = ${JSON.stringify(stack)};\n`);
      const { code, stdout } = await runCli(["doctor", "--stack", "dev.ts"], { cwd: machine.dir });
      expect(stdout).toMatch(
        /^warn lb-a: release [0-9a-f]{16} could not be taken over at 20\S+Z \(by alice@desk pid 1\): it was not confirmed in time/m,
      );
      expect(stdout).toContain("fix: look at /var/lib/tandem/failed on the host");
      // Nothing listens at the other node's address.
      expect(stdout).toMatch(/^FAIL lb-b: 127\.0\.0\.2:\d+ refused the connection$/m);
      expect(code).toBe(1);
      const { findings } = JSON.parse(
        (await runCli(["doctor", "--stack", "dev.ts", "--json"], { cwd: machine.dir })).stdout,
      ) as { findings: readonly { readonly subject: string; readonly state: string }[] };
      expect(findings).toContainEqual(expect.objectContaining({ subject: "lb-a", state: "warning" }));
    });

    it("goes when a release is taken over, and with everything else", async () => {
      await run(apply("two"));
      expect(await machine.sh("ls /var/lib/tandem")).toBe("baseline.json");
      await failureOf(apply("three", "    no-such-directive\n"));
      expect(await machine.sh("ls /var/lib/tandem")).toBe("baseline.json\nfailed");
      await run({ kind: "destroy" });
      expect(await machine.sh("ls -d /var/lib/tandem 2>/dev/null || echo gone")).toBe("gone");
    });
  },
);
