import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../../lab/index.ts";
import { pulumi, repository, tandemd } from "../../../lab/setup/paths.ts";
import type { Machine } from "../safety/machine.ts";
import { PASSWORD, type Pair, startPair } from "../safety/pair.ts";
import { leftoversOn, stateOf } from "../safety/state.ts";
import { Project } from "./project.ts";

const ready = existsSync(tandemd) && existsSync(pulumi());

let pair: Pair;
let project: Project;
let backup: Machine;

/** The next run brings another line and another executable. */
function write(balance: "roundrobin" | "leastconn" | "source", program: string): void {
  const [backend] = pair.stack().pairs[0]?.backends ?? [];
  if (backend === undefined) throw new RangeError("the pair has a backend");
  const stack = pair.stack({ backends: [{ ...backend, balance }] });
  project.environment.TANDEM_BINARY = program;
  project.write(
    "index.ts",
    `import { deploy } from "${repository}/src/provider/program.ts";\nexport const pairs = deploy(${JSON.stringify(stack)});\n`,
  );
}

async function up(): Promise<string> {
  const { code, text } = await project.run("up", "--yes", "--skip-preview");
  expect(code, text).toBe(0);
  return await stateOf(backup);
}

/** Neither there nor dead and only not yet buried. */
const isGone = (pid: number): boolean => {
  try {
    return /^\d+ \(.*\) Z /s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
};

/** Kills the engine as soon as a path is there on the backup; returns what the backup is once nothing goes on. */
async function killedAt(paths: string): Promise<string> {
  const run = project.start("up", "--yes", "--skip-preview");
  // One program on the host sees it in time, however slow it is to start one.
  const there = backup.sh(
    `while :; do for path in ${paths}; do [ ! -e "$path" ] || exit 0; done; sleep 0.02; done`,
  );
  await Promise.race([there, run.result.then(ended)]);
  const started = await run.killed();
  expect(started.length).toBeGreaterThan(1);
  await until("the plugin, the language host and the program have ended", 40_000, async () =>
    started.every(isGone) ? true : undefined,
  );
  // Where nobody confirmed it in time, the host's own timer goes back.
  await until("no way back is armed on the backup", 90_000, async () =>
    (await backup.sh("ls -d /var/lib/tandem/pending 2>/dev/null || true")) === "" ? true : undefined,
  );
  // Its lock on the stack is Pulumi's own.
  expect(await project.run("cancel", "--yes")).toMatchObject({ code: 0 });
  return await stateOf(backup);
}

function ended({ text }: { readonly text: string }): never {
  throw new Error(`it ended too early:\n${text}`);
}

beforeAll(async () => {
  if (!ready) return;
  pair = await startPair();
  backup = pair.machines["lb-b"];
  project = new Project();
  expect(await project.run("stack", "init", "test")).toMatchObject({ code: 0 });
  expect(await project.run("config", "set", "--secret", "vrrp", PASSWORD)).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await pair?.stop();
  project?.remove();
});

describe.skipIf(!ready)(
  `a Pulumi engine that is killed (${ready ? "real plugin, sshd and daemon" : "skipped: pulumi or dist/tandemd is not built"})`,
  () => {
    it("leaves no process behind, and a host that is wholly old or wholly new; the next run finishes", async () => {
      const [one, other] = pair.programs;
      write("roundrobin", one.path);
      const old = await up();
      // While the executable and the files are brought.
      write("leastconn", other.path);
      const early = await killedAt("/opt/tandem/bin/.stage-* /etc/tandem/.stage-*");
      const next = await up();
      // Once the switch has begun.
      write("source", one.path);
      const late = await killedAt("/var/lib/tandem/pending");
      const last = await up();
      expect(new Set([old, next, last]).size).toBe(3);
      expect([old, next]).toContain(early);
      expect([next, last]).toContain(late);
      for (const machine of Object.values(pair.machines)) expect(await leftoversOn(machine)).toBe("");
    }, 400_000);
  },
);
