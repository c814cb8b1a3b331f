/**
 * Provider: Pulumi's view of the hosts.
 * In: property bags from the engine, a stack from a program. Out: resources, diffs, plans of drills.
 * This surface loads no @pulumi/pulumi; `program.ts` (what stacks deploy with) and `main.ts` (the plugin) do.
 * May import diagnostics, stack, render, host and verify; never the command line.
 */
export { parseNodeId } from "./node/connection.ts";
export { fromRelease, type NodeInputs, nodeInputs, toRelease } from "./node/inputs.ts";
export { packagedBinary, packageVersion } from "./package-root.ts";
export { binaryRef } from "./sdk/binary.ts";
export { type DrillPlan, drillPlans } from "./sdk/drill-plan.ts";
