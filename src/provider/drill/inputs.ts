import * as z from "zod";
import type { ProbePlan } from "../../verify/index.ts";
import { connectionSchema } from "../node/connection.ts";
import type { PropertyPath } from "../wire/values.ts";

const fault = z.enum(["handover", "kill", "stop", "linkDown"]);

const probe: z.ZodType<ProbePlan> = z.strictObject({
  kind: z.enum(["tcp", "http"]),
  address: z.string(),
  port: z.number().int().min(1).max(65535),
  path: z.string().startsWith("/"),
  host: z.string().exactOptional(),
  intervalMs: z.number().positive(),
  timeoutMs: z.number().positive(),
  from: connectionSchema.exactOptional(),
});

/** Inputs of `tandem:index:FailoverDrill`: which faults, and what the client may feel of them. */
export const drillInputs = z.strictObject({
  pair: z.string().min(1),
  nodes: z.array(connectionSchema).length(2),
  instance: z.string().min(1),
  probe,
  faults: z.array(fault),
  maxOutageMs: z.number().positive(),
  /** Whether the former master takes over again, and after which delay. */
  preempts: z.boolean(),
  preemptDelayMs: z.number().nonnegative(),
  when: z.enum(["create", "change", "always"]),
  /** Release of each node: with `when: "change"`, another release is another drill. */
  releases: z.record(z.string(), z.string()),
});

export type DrillInputs = z.infer<typeof drillInputs>;

/** Checks that need the whole. */
export function validateDrill(inputs: DrillInputs): { path: PropertyPath; reason: string }[] {
  const names = inputs.nodes.map((node) => node.name);
  if (new Set(names).size === names.length) return [];
  return [{ path: ["nodes"], reason: `two nodes have the same name: ${names.join(", ")}` }];
}
