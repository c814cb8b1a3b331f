import { armLater, disarm, type Fault, must, SELF_RECOVERY_MS } from "./fault.ts";

/**
 * Every process of the service stands still with its sockets open and its addresses in place: the
 * fault that a health check on the process table does not see.
 */
export const stop: Fault = async (target) => {
  const resume = ["systemctl", "kill", "--signal=SIGCONT", ...target.units];
  const timer = await armLater(target, SELF_RECOVERY_MS, "cont", resume);
  target.note("SIGSTOP to every process of the service");
  await must(target, ["systemctl", "kill", "--signal=SIGSTOP", ...target.units]);
  return {
    recover: async () => {
      await must(target, resume);
      await disarm(target, timer);
      target.note("processes go on");
    },
  };
};
