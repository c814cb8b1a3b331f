import { type Fault, must } from "./fault.ts";

/** The master gives its addresses away in good order; there is nothing to recover. */
export const handover: Fault = async (target) => {
  target.note("handover asked");
  await must(target, [target.program, "handover"], { timeout: 30_000 });
  target.note("handed over");
  return { recover: async () => undefined };
};
