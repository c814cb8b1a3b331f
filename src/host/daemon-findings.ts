import * as z from "zod";

/** What `tandemd check --json` prints: one entry per finding, places counted from 1. */
export const daemonFindings = z.array(
  z.looseObject({
    severity: z.string(),
    code: z.string(),
    message: z.string(),
    file: z.string().nullish(),
    line: z.number().nullish(),
    column: z.number().nullish(),
    length: z.number().nullish(),
    suggestion: z.string().nullish(),
    source: z.string().nullish(),
  }),
);

export type DaemonFinding = z.infer<typeof daemonFindings>[number];
