import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../../lab/index.ts";
import { tandemd } from "../../../lab/setup/paths.ts";
import { TandemError } from "../../../src/diagnostics/index.ts";
import type { PairInput } from "../../../src/stack/index.ts";
import { runJob } from "./job.ts";
import { DAEMON, type Pair, startPair } from "./pair.ts";
import { leftoversOn } from "./state.ts";

const built = existsSync(tandemd);

let pair: Pair;
const on = (script: string) => pair.machines["lb-a"].sh(script);
const apply = (change: Partial<PairInput> = {}) =>
  pair.apply(pair.release("lb-a", pair.programs[0], change), pair.programs[0]);

async function refusal(change: Partial<PairInput> = {}): Promise<TandemError> {
  const error: unknown = await apply(change).catch((thrown: unknown) => thrown);
  if (!(error instanceof TandemError)) throw new Error(`it ended with ${String(error)}`);
  return error;
}

/** Its process, and that one's user, group, root directory and capabilities. */
async function worker(): Promise<{ readonly pid: number; readonly is: readonly string[] }> {
  const status = JSON.parse(await on(`${DAEMON} status --json`)) as {
    processes: readonly { readonly name: string; readonly pid: number }[];
  };
  const pid = status.processes.find(({ name }) => name === "proxy")?.pid ?? 0;
  const told = await on(
    `ps -o user=,group= -p ${pid}; readlink /proc/${pid}/root; sed -n 's/^CapEff:.//p' /proc/${pid}/status`,
  );
  return { pid, is: told.split(/\s+/) };
}

const OWN = ["tandem", "tandem", "/run/tandem/empty", "0000000000000000"];
const asRoot: Partial<PairInput> = { proxy: { user: "root", globalDirectives: ["chroot /"] } };
const account = () => on("grep -h '^tandem:' /etc/passwd /etc/group || true");
const pid = () => on("systemctl show tandem.service -p MainPID");

beforeAll(async () => {
  if (!built) return;
  pair = await startPair();
});
afterAll(() => pair?.stop());

describe.skipIf(!built)(
  `the proxy's own user (${built ? "a real sshd and daemon" : "skipped: dist/tandemd is not built"})`,
  () => {
    it("cannot be made on a host without systemd-sysusers, which is told with what else is missing", async () => {
      await on("mv /usr/bin/systemd-sysusers /usr/bin/kept-sysusers");
      const error = await refusal();
      await on("mv /usr/bin/kept-sysusers /usr/bin/systemd-sysusers");
      expect(error.problems).toMatchObject([
        { code: "HOST_TOOL_MISSING", message: "programs are missing: systemd-sysusers" },
      ]);
      expect(await leftoversOn(pair.machines["lb-a"])).toBe("");
      expect(await account()).toBe("");
    });

    it.each([
      [
        "cannot write",
        "echo 'Failed to open /etc/passwd: Read-only file system' >&2; exit 1",
        /cannot make them: Failed to open/,
      ],
      [
        "has nothing to do, as a directory knows the name",
        "exit 0",
        /cannot make them: \/etc\/passwd has no tandem/,
      ],
    ])("is a clear error when systemd-sysusers %s, and changes nothing", async (_, does, says) => {
      await on(
        `printf '#!/bin/sh\\n%s\\n' "${does}" >/usr/local/sbin/systemd-sysusers; chmod 755 /usr/local/sbin/systemd-sysusers`,
      );
      const error = await refusal();
      await on("rm /usr/local/sbin/systemd-sysusers");
      expect(error.problems).toMatchObject([
        {
          code: "HOST_USER_MISSING",
          message: expect.stringMatching(says),
          hint: expect.stringContaining("proxy.user"),
        },
      ]);
      expect(await leftoversOn(pair.machines["lb-a"])).toBe("");
      expect(await on("ls /etc/tandem /opt/tandem 2>/dev/null || true")).toBe("");
    });

    it("is made by the first apply: nobody logs in as it, and it is in no other group", async () => {
      await apply();
      expect((await worker()).is).toEqual(OWN);
      const [user = "", group = ""] = (await account()).split("\n");
      expect(user).toMatch(/^tandem:[x!*]:\d{1,3}:\d{1,3}:Tandem proxy:\/:\/usr\/sbin\/nologin$/);
      expect(group).toMatch(/^tandem:[x!*]:\d{1,3}:$/);
      expect(await on("id -Gn tandem")).toBe("tandem");
      expect(await on("stat -c %U /run/tandem/empty && ls -A /run/tandem/empty")).toBe("root");
    });

    it("is who the proxy is after a reload, an upgrade in place and a crash, too", async () => {
      const before = await pid();
      await apply({ proxy: { runtimeSocket: { level: "admin" }, retries: 5 } });
      expect((await worker()).is).toEqual(OWN);
      await pair.apply(pair.release("lb-a", pair.programs[1]), pair.programs[1]);
      expect((await worker()).is).toEqual(OWN);
      expect(await pid()).toBe(before);
      const killed = (await worker()).pid;
      await on(`kill -9 ${killed}`);
      const next = await until("another proxy", 10_000, async () => {
        const now = await worker().catch(() => undefined);
        return now !== undefined && now.pid !== 0 && now.pid !== killed ? now : undefined;
      });
      expect(next.is).toEqual(OWN);
    });

    it("comes by a restart where the proxy was root, and goes by one", async () => {
      await apply(asRoot);
      expect((await worker()).is.slice(0, 3)).toEqual(["root", "root", "/"]);
      const before = await pid();
      await apply();
      expect((await worker()).is).toEqual(OWN);
      expect(await pid()).not.toBe(before);
    });

    it("stays when the release that brought it is undone, and a proxy that was root is root again", async () => {
      await apply(asRoot);
      await on("userdel tandem");
      expect(await account()).toBe("");
      // The port is somebody's: the daemon notices when it takes the text over.
      const [frontend] = pair.definition.frontends ?? [];
      const taken = { ...frontend, directives: ["bind 127.0.0.1:9999"] };
      const error = await refusal({ frontends: [taken] } as Partial<PairInput>);
      expect(error.problems.map(({ code }) => code)).toEqual(["HOST_SWITCH_FAILED", "HOST_ROLLED_BACK"]);
      expect((await worker()).is.slice(0, 3)).toEqual(["root", "root", "/"]);
      expect(await account()).toMatch(/^tandem:.*\ntandem:/);
    });

    it("stays when everything is removed, and is the same one for the next release", async () => {
      await apply();
      const before = await account();
      const notes: string[] = [];
      const connection = pair.machines["lb-a"].connection();
      await runJob({ kind: "destroy" }, connection, ({ message }) => notes.push(message));
      expect(notes).toContain("the user tandem stays: its number shall not become somebody else's");
      expect(await account()).toBe(before);
      await apply();
      expect(await account()).toBe(before);
      expect((await worker()).is).toEqual(OWN);
    });
  },
);
