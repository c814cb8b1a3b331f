import { type Fault, must, SERVICE } from "./fault.ts";

/**
 * The master gives its addresses away in good order. It stays backup on purpose until it is told
 * otherwise: a restart of the service, which serves nobody then, ends that.
 */
export const handover: Fault = async (target) => {
  target.note("handover asked");
  await must(target, [target.program, "handover"], { timeout: 30_000 });
  target.note("handed over");
  return {
    recover: async () => {
      await must(target, ["systemctl", "restart", SERVICE], { timeout: 60_000 });
      target.note("takes part in the election again");
    },
  };
};
