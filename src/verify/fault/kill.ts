import { waitFor } from "../wait.ts";
import { type Fault, must, SERVICE } from "./fault.ts";

/** Every process of the service dies at once, as in a crash; systemd starts it again. */
export const kill: Fault = async (target) => {
  target.note("SIGKILL to every process of the service");
  await must(target, ["systemctl", "kill", "--signal=SIGKILL", SERVICE]);
  return {
    recover: async () => {
      const back = await waitFor(
        async () => {
          const shell = await target.shell();
          const active = await shell.run(["systemctl", "is-active", "--quiet", SERVICE], { timeout: 10_000 });
          return active.exitCode === 0 ? true : undefined;
        },
        { deadlineMs: 10_000, everyMs: 200, signal: target.signal },
      );
      if (!back.met) {
        // The unit restarts by itself; when its start limit was hit, it has to be told.
        await must(target, ["systemctl", "reset-failed", SERVICE]);
        await must(target, ["systemctl", "start", SERVICE], { timeout: 30_000 });
      }
      target.note("service is active again");
    },
  };
};
