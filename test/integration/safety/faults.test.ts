import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tandemd } from "../../../lab/setup/paths.ts";
import { TandemError } from "../../../src/diagnostics/index.ts";
import type { HostKeyPolicy } from "../../../src/host/index.ts";
import { type Connection, SshShell } from "../../../src/host/index.ts";
import { knownHostLine, knownHostName } from "../../../src/host/ssh/known-hosts.ts";
import { runJob, type TimedJob } from "./job.ts";
import { fingerprintOf, type Machine, startMachine } from "./machine.ts";
import { type Executable, executables, releaseThatSays } from "./releases.ts";
import { leftoversOn, settledState, stateOf } from "./state.ts";

const built = existsSync(tandemd);

let machine: Machine;
let programs: readonly [Executable, Executable];

const apply = (says: string, executable: Executable): TimedJob => ({
  kind: "apply",
  release: releaseThatSays(says, executable),
  executable,
});

/** What a run fails with; something is done on the host when a step begins. */
async function failure(
  job: TimedJob,
  at: string,
  then: () => void,
  change: Partial<Connection> = {},
): Promise<TandemError> {
  const run = runJob(job, machine.connection(change), ({ step }) => {
    if (step === at) then();
  });
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TandemError)) throw new Error(`it ended with ${String(error)}`);
  return error;
}

/** The same when nothing passes any more as soon as a step begins. */
async function silencedAt(
  step: string,
  job: TimedJob,
  then: () => void = () => undefined,
): Promise<TandemError> {
  machine.relay.arm(0, "silence");
  const timeouts = { connect: 1_500, silence: 1_500 };
  const cut = () => {
    machine.relay.arm(1, "silence");
    then();
  };
  return await failure(job, step, cut, { timeouts });
}

/** What the hint of an error says to do, done; returns what the definition is to have then. */
function accepted(error: TandemError, hostKey: HostKeyPolicy): HostKeyPolicy {
  const hint = error.problems[0]?.hint ?? "";
  if (hostKey.kind === "pinned")
    return { ...hostKey, fingerprint: /fingerprint: "([^"]+)"/.exec(hint)?.[1] ?? "" };
  const [forget] = /ssh-keygen -R [^,]*/.exec(hint) ?? [""];
  execFileSync("sh", ["-c", forget], { stdio: "ignore" });
  const [, line] = /add the line (.*)$/.exec(hint) ?? [];
  if (hostKey.path !== undefined && line !== undefined) appendFileSync(hostKey.path, `${line}\n`);
  return hostKey;
}

/** Makes the programs of a session believe in another time of the day. */
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/** What is left of a file, and of a link, that was about to be put in place of another. */
const HALVES = [
  "/etc/systemd/system/tandem.service.tandem-new",
  "/etc/sysctl.d/90-tandem.conf.tandem-new",
  "/var/lib/tandem/baseline.json.tandem-new",
  "/etc/tandem/current.new",
];
const POWER_CUT = "kill -KILL -1; rm -rf /run/units /run/tandem*";

const codes = ({ problems }: TandemError) => problems.map(({ code }) => code);

beforeAll(async () => {
  if (!built) return;
  machine = await startMachine();
  programs = executables(machine.dir);
});
afterAll(() => machine?.stop());

describe.skipIf(!built)(
  `a host in trouble (${built ? "a real sshd and daemon" : "skipped: dist/tandemd is not built"})`,
  () => {
    describe("whose disks are full or cannot be written", () => {
      const places = { "/opt": "64m", "/etc": "64m", "/var/lib/tandem": "4m" };
      beforeAll(async () => {
        // File systems of their own, so that each can be full by itself.
        for (const [place, size] of Object.entries(places))
          await machine.sh(
            `mkdir -p ${place} /run/copy && mount -t tmpfs -o mode=755,size=${size} tmpfs /run/copy && cp -a ${place}/. /run/copy && mount --move /run/copy ${place}`,
          );
      });

      it.each([
        ["the executable is sent", "upload", "/opt", "HOST_DISK_FULL"],
        ["the files are sent", "stage", "/etc", "HOST_DISK_FULL"],
        ["the way back is armed", "switch", "/var/lib/tandem", "HOST_DISK_FULL"],
      ])("is as it was when the disk fills before %s", async (_, step, place, code) => {
        const before = await stateOf(machine);
        const wanted = apply(step, programs[1]);
        const error = await failure(wanted, step, () =>
          machine.now(`cat /dev/zero >${place}/fill 2>/dev/null; true`),
        ).finally(() => machine.sh("rm -f /etc/fill /opt/fill /var/lib/tandem/fill"));
        expect(codes(error)[0], error.message).toBe(code);
        expect(error.message).toContain("No space left on device");
        expect(error.message).toContain("host lb-a");
        expect(await settledState(machine, [before])).toBe(before);
        await runJob(wanted, machine.connection());
        expect(await leftoversOn(machine)).toBe("");
      });

      it("names what is too small or read-only before anything is sent", async () => {
        const before = await stateOf(machine);
        await machine.sh("cat /dev/zero >/opt/fill 2>/dev/null; mount -o remount,ro /etc");
        const error = await failure(apply("small", programs[0]), "", () => undefined).finally(() =>
          machine.sh("rm /opt/fill; mount -o remount,rw /etc"),
        );
        expect(codes(error).sort()).toEqual(["HOST_DISK_FULL", "HOST_READ_ONLY"]);
        expect(error.message).toMatch(/\/etc\S* cannot be written: the file system is read-only/);
        expect(await stateOf(machine)).toBe(before);
      });

      it("is as it was when /etc becomes read-only on the way", async () => {
        const before = await stateOf(machine);
        const wanted = apply("read-only", programs[1]);
        const error = await failure(wanted, "switch", () => machine.now("mount -o remount,ro /etc")).finally(
          () => machine.sh("mount -o remount,rw /etc"),
        );
        expect(error.message).toContain("Read-only file system");
        expect(await stateOf(machine)).toBe(before);
        await runJob(wanted, machine.connection());
        expect(await leftoversOn(machine)).toBe("");
      });
    });

    it.skipIf(!existsSync(FAKETIME))(
      `serves, and goes back by itself, whatever its clock says${existsSync(FAKETIME) ? "" : " (skipped: libfaketime is not installed)"}`,
      async () => {
        await machine.sh(
          `cp /run/sshd/sshd_config /run/sshd/plain; echo 'SetEnv LD_PRELOAD=${FAKETIME} FAKETIME=-400d' >>/run/sshd/sshd_config`,
        );
        try {
          const shell = new SshShell(machine.connection());
          const shown = Number((await shell.run(["date", "+%s"])).stdout.toString());
          await shell.close();
          expect(Date.now() / 1000 - shown).toBeGreaterThan(399 * 86_400);
          await runJob(apply("long ago", programs[0]), machine.connection());
          const before = await stateOf(machine);
          const lost = await silencedAt("confirm", {
            ...apply("even longer ago", programs[0]),
            rollbackAfter: 3,
          });
          expect(codes(lost)).toContain("HOST_ROLLBACK_PENDING");
          expect(await settledState(machine, [before])).toBe(before);
          machine.relay.heal();
          await runJob(apply("even longer ago", programs[0]), machine.connection());
          expect(await leftoversOn(machine)).toBe("");
        } finally {
          machine.relay.heal();
          await machine.sh("mv /run/sshd/plain /run/sshd/sshd_config");
        }
      },
    );

    it("is what it was after a power cut in the middle of an apply", async () => {
      const before = await stateOf(machine);
      const wanted = { ...apply("after the cut", programs[1]), rollbackAfter: 3 };
      const error = await silencedAt("self-check", wanted, () =>
        machine.now(`touch ${HALVES.join(" ")}; ${POWER_CUT}`),
      );
      expect(error.message).toMatch(/host lb-a: step self-check: error\[HOST_CONNECTION_LOST\]/);
      await machine.sh("systemctl boot");
      expect(await settledState(machine, [before])).toBe(before);
      // The script that went back tidies after its last change.
      await expect.poll(() => leftoversOn(machine)).toBe("");
      machine.relay.heal();
      await runJob(wanted, machine.connection());
      expect(await leftoversOn(machine)).toBe("");
    });

    it("is not talked to when it shows another key, and the hint says how to accept it", async () => {
      const known = join(machine.dir, "known_hosts");
      const name = knownHostName("127.0.0.1", machine.relay.port);
      const keyOf = (file: string) =>
        Buffer.from(readFileSync(join(machine.dir, `${file}.pub`), "utf8").split(" ")[1] ?? "", "base64");
      const policies: readonly HostKeyPolicy[] = [
        { kind: "pinned", fingerprint: fingerprintOf(join(machine.dir, "host_key.pub")) },
        { kind: "knownHosts", path: known },
        { kind: "trustOnFirstUse", path: known },
      ];
      const shown = fingerprintOf(join(machine.dir, "host_key_other.pub"));
      const job = apply("keys", programs[0]);
      const use = (file: string) =>
        machine.sh(`sed -i 's/^HostKey .*/HostKey \\/run\\/sshd\\/${file}/' /run/sshd/sshd_config`);
      for (const hostKey of policies) {
        writeFileSync(known, knownHostLine(name, keyOf("host_key")));
        await use("host_key");
        await runJob(job, machine.connection({ hostKey }));
        await use("host_key_other");
        const error = await failure(job, "", () => undefined, { hostKey });
        expect(codes(error)).toEqual(["HOST_KEY_MISMATCH"]);
        expect(error.message).toContain(`shows ssh-ed25519 host key ${shown}`);
        await runJob(job, machine.connection({ hostKey: accepted(error, hostKey) }));
      }
      await use("host_key");
    });

    it("lets one operator work on it, tells the other who and for how long, and is free for him afterwards", async () => {
      let second: Promise<TandemError> | undefined;
      await runJob(apply("first operator", programs[0]), machine.connection(), ({ step }) => {
        if (step === "check") second = failure(apply("second operator", programs[0]), "", () => undefined);
      });
      const error = await second;
      expect(error?.message).toMatch(/locked by alice@desk pid 1 since 20\S+ \(for \d+ s\)/);
      expect(error?.message).toMatch(/fix: wait for it.*kill \d+ on the host/);
      await runJob(apply("second operator", programs[0]), machine.connection());
      expect(await machine.sh("curl -s http://127.0.0.1:8080/")).toBe("second operator");
    });

    it("has its locks where nobody but root can put something in the way", async () => {
      // As a user without rights could have left it: links to what root would then write over.
      await machine.sh(
        "cp /etc/hostname /run/victim; chmod 1777 /run/lock; for name in tandem tandem-switch; do ln -s /run/victim /run/lock/$name.lock; done",
      );
      await runJob(apply("in peace", programs[0]), machine.connection());
      expect(await machine.sh("cmp /etc/hostname /run/victim && stat -c %a /run && rm /run/lock/*")).toBe(
        "755",
      );
    });

    it("is not locked by what a dead controller has left", async () => {
      await machine.sh(
        "printf 'bob\\n2020-01-01T00:00:00Z\\n1\\n' >/run/tandem.lock; : >/run/tandem-switch.lock",
      );
      await runJob(apply("unlocked", programs[0]), machine.connection());
      expect(await leftoversOn(machine)).toBe("");
    });

    it("is a host to be finished while nobody has confirmed what it runs", async () => {
      const wanted = apply("unconfirmed", programs[0]);
      await silencedAt("confirm", wanted);
      machine.relay.heal();
      const notes: string[] = [];
      await runJob(wanted, machine.connection(), ({ message }) => notes.push(message));
      expect(notes).toContainEqual(expect.stringMatching(/an apply by alice@desk pid 1 was never confirmed/));
      expect(await machine.sh("ls /var/lib/tandem; curl -s http://127.0.0.1:8080/")).toBe(
        "baseline.json\nunconfirmed",
      );
    });
  },
);
