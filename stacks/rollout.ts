import { defineRollout } from "../src/index.ts";
import { stack as dev } from "./dev.ts";
import { stack as prod } from "./prod.ts";
import { stack as staging } from "./staging.ts";

/** The shop's release goes from dev to prod, and nothing gets to prod that staging has not proved. */
export const rollout = defineRollout({
  name: "shop",
  stages: [
    { name: "dev", stack: dev, gates: [{ kind: "noDrift" }, { kind: "drill" }] },
    {
      name: "staging",
      stack: staging,
      gates: [
        { kind: "noDrift" },
        { kind: "drill", faults: ["kill", "linkDown"], maxOutage: "1s" },
        { kind: "soak", duration: "10m", minRequests: 1000, budget: { errors5xx: 0.001, retries: 0.01 } },
        { kind: "approval", question: "staging is well: may prod get it?" },
      ],
    },
    {
      name: "prod",
      stack: prod,
      waves: [{ kind: "pairs", pairs: ["web-1"] }, { kind: "share", percent: 50 }, { kind: "rest" }],
      concurrency: 2,
      onFailure: "rollback",
      gates: [
        { kind: "noDrift" },
        { kind: "drill" },
        { kind: "soak", duration: "30m", budget: { errors5xx: 0.001, retries: 0.01, checkFlaps: 4 } },
      ],
    },
  ],
});
