import { waitFor } from "../wait.ts";
import { type Fault, type FaultTarget, must, SERVICE } from "./fault.ts";

/** Every process of the service dies at once, as in a crash; systemd starts it again. */
export const kill: Fault = async (target) => {
  const file = await killFile(target);
  target.note("SIGKILL to every process of the service");
  // One write kills the whole control group: with signals one by one, a process that is still
  // alive could say goodbye for the others, which no crash does.
  if (file !== undefined) await must(target, ["tee", file], { stdin: "1" });
  else await must(target, ["systemctl", "kill", "--signal=SIGKILL", SERVICE]);
  return {
    recover: async () => {
      const back = await waitFor(() => isActive(target), {
        deadlineMs: 10_000,
        everyMs: 200,
        signal: target.signal,
      });
      if (!back.met) {
        // The unit restarts by itself; when its start limit was hit, it has to be told.
        await must(target, ["systemctl", "reset-failed", SERVICE]);
        await must(target, ["systemctl", "start", SERVICE], { timeout: 30_000 });
      }
      target.note("service is active again");
    },
  };
};

async function isActive(target: FaultTarget): Promise<true | undefined> {
  const shell = await target.shell();
  const active = await shell.run(["systemctl", "is-active", "--quiet", SERVICE], { timeout: 10_000 });
  return active.exitCode === 0 ? true : undefined;
}

/** `cgroup.kill` of the service, which kernels since 5.14 have under cgroup v2. */
async function killFile(target: FaultTarget): Promise<string | undefined> {
  const group = await must(target, ["systemctl", "show", "--property=ControlGroup", "--value", SERVICE]);
  const file = `/sys/fs/cgroup${group.stdout.toString("utf8").trim()}/cgroup.kill`;
  const shell = await target.shell();
  const there = await shell.run(["test", "-w", file], { timeout: 10_000 });
  return there.exitCode === 0 ? file : undefined;
}
