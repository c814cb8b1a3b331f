import { defineConfig } from "vitest/config";

// Projects, so that the quick ones answer at once, the lab's hosts are brought up once, and rollouts, which are the
// longest of what needs no lab, run beside the rest of it.
const rollouts = ["test/integration/rollout/**/*.test.ts", "test/integration/safety/reports.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/lab/**", "test/integration/**"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          exclude: rollouts,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "rollout",
          include: rollouts,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "lab",
          include: ["test/lab/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 600_000,
          // Labs have networks of their own, and wait most of their time for hosts and faults.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
