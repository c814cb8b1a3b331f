// Real hosts on one machine, for the demo, the tests and the benchmarks.
// In: which hosts a lab has. Out: booted Debian hosts on one bridge, with addresses, keys, faults and a way
// to run programs on them; nothing of them stays when the lab is taken down or its owner dies.
// May import: node only. Nothing in src imports the lab.

export type { LabSsh } from "./credentials.ts";
export type { Faults } from "./faults.ts";
export { createLab, type Lab, type LabOptions, openLab } from "./lab.ts";
export { defaultHosts, type HostRole, type HostSpec, type LabHost, type LabPlan } from "./plan.ts";
export { freePort } from "./ports.ts";
export { LabError, type RunOptions, type RunResult, run, until } from "./run.ts";
export { setupOf } from "./setup-of.ts";
