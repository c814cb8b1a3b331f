import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { beforeEach, describe, expect, it } from "vitest";
import { until } from "../../../lab/index.ts";
import { diffObservation } from "../../../src/host/index.ts";
import type { Release } from "../../../src/render/index.ts";
import { HAPROXY } from "../../host/make-release.ts";
import {
  codes,
  connection,
  differences,
  expectSame,
  failureOf,
  good,
  host,
  lab,
  options,
  release,
  runsGood,
  second,
  shell,
  stateOf,
} from "./world.ts";

export const applyCutShort = () =>
  describe("an apply that is cut short", () => {
    beforeEach(runsGood);

    it("goes back when the host cannot be reached anew", async () => {
      const before = await stateOf();
      const error = await failureOf(host.apply(release({ haproxy: `${HAPROXY}# stops-sshd\n` }), options()));
      await shell("systemctl start ssh");
      expect(codes(error)).toEqual(["HOST_UNREACHABLE", "HOST_ROLLED_BACK"]);
      expectSame(await stateOf(), before);
    });

    // Each piece of the traffic is gone through in test/integration/safety; here systemd is the real one.
    it.each(["switch", "confirm"])("survives a controller that is killed at the step %s", async (step) => {
      const before = await stateOf();
      const wanted = release({ haproxy: `${HAPROXY}# killed at ${step}\n` }, second);
      await killedAt(step, wanted);
      const state = await until("the host is as before or confirmed", 40_000, async () => {
        const settled =
          (await shell(
            "ls -d /var/lib/tandem/pending /etc/systemd/system/tandem-rollback.timer 2>/dev/null || true",
          )) === "";
        if (!settled || (await shell("systemctl is-active tandem || true")) !== "active") return undefined;
        const found = await differences(wanted);
        if (found.length === 0) return "confirmed";
        return (await differences(good())).length === 0 ? "back" : undefined;
      });
      // A script that has passed the point of no return on the host runs to its end.
      if (step !== "confirm") expect(state).toBe("back");
      expect(diffObservation(wanted, await host.apply(wanted, options({ binaryPath: second.path })))).toEqual(
        [],
      );
      await host.apply(good(), options());
      expect(await listed()).toEqual(listing(before));
    });

    it("goes back by itself after a power loss in the middle of an apply", async () => {
      const before = await stateOf();
      const wanted = release({ haproxy: `${HAPROXY}# power loss\n` }, second);
      let died: Promise<void> | undefined;
      const error = await failureOf(
        host.apply(
          wanted,
          options({
            binaryPath: second.path,
            rollbackAfter: 5,
            onProgress: ({ step }) => {
              if (step === "self-check") died = lab.faults.kill("lb-a");
            },
          }),
        ),
      );
      await died;
      expect(codes(error)).toContain("HOST_ROLLBACK_PENDING");
      await lab.faults.start("lb-a");
      await until("the host is back", 40_000, async () => {
        const settled = (await shell("ls -d /var/lib/tandem/pending 2>/dev/null || true")) === "";
        return settled && (await shell("systemctl is-active tandem || true")) === "active" ? true : undefined;
      });
      expect(await differences(good())).toEqual([]);
      expect(await listed()).toEqual(listing(before));
    });
  });

/** Runs an apply in a process of its own and kills it as soon as it reports the step. */
async function killedAt(step: string, wanted: Release): Promise<void> {
  const { secrets, owner } = options();
  const job = {
    connection: connection(),
    release: wanted,
    options: { secrets, owner, binaryPath: second.path, rollbackAfter: 3 },
  };
  const child = spawn(
    process.execPath,
    ["--import", "tsx", new URL("../apply-child.mts", import.meta.url).pathname, JSON.stringify(job)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exit = new Promise((resolve) => child.once("exit", resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== step) continue;
    child.kill("SIGKILL");
    break;
  }
  await exit;
}

const listed = async () => listing(await stateOf());

/** Paths only, without releases and executables, whose number depends on what was applied before. */
function listing(state: string): readonly string[] {
  return state
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    .filter(
      (path) => path.startsWith("/") && !/^\/etc\/tandem\/releases\/|\/tandemd-[0-9a-f]{64}$/.test(path),
    );
}
