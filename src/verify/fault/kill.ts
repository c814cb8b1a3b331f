import { waitFor } from "../wait.ts";
import { type Fault, type FaultTarget, must } from "./fault.ts";

/** Every process of the service dies at once, as in a crash; systemd starts it again. */
export const kill: Fault = async (target) => {
  const files = await killFiles(target);
  target.note("SIGKILL to every process of the service");
  // One write kills the whole control group: with signals one by one, a process that is still
  // alive could say goodbye for the others, which no crash does.
  if (files.length > 0) await must(target, ["tee", ...files], { stdin: "1" });
  else await must(target, ["systemctl", "kill", "--signal=SIGKILL", ...target.units]);
  return {
    recover: async () => {
      const back = await waitFor(() => isActive(target), {
        deadlineMs: 10_000,
        everyMs: 200,
        signal: target.signal,
      });
      if (!back.met) {
        // The units restart by themselves; when a start limit was hit, they have to be told.
        await must(target, ["systemctl", "reset-failed", ...target.units]);
        await must(target, ["systemctl", "start", ...target.units], { timeout: 30_000 });
      }
      target.note("service is active again");
    },
  };
};

async function isActive(target: FaultTarget): Promise<true | undefined> {
  const shell = await target.shell();
  const active = await shell.run(["systemctl", "is-active", ...target.units], { timeout: 10_000 });
  const states = active.stdout.toString("utf8").trim().split("\n");
  return states.every((state) => state === "active") ? true : undefined;
}

/** `cgroup.kill` of each unit, which kernels since 5.14 have under cgroup v2; none where one is not there. */
async function killFiles(target: FaultTarget): Promise<readonly string[]> {
  const files: string[] = [];
  for (const unit of target.units) {
    const group = await must(target, ["systemctl", "show", "--property=ControlGroup", "--value", unit]);
    const file = `/sys/fs/cgroup${group.stdout.toString("utf8").trim()}/cgroup.kill`;
    const shell = await target.shell();
    const there = await shell.run(["test", "-w", file], { timeout: 10_000 });
    if (there.exitCode !== 0) return [];
    files.push(file);
  }
  return files;
}
