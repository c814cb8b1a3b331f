import { z } from "zod";

const vrrpInstance = z.object({
  name: z.string(),
  state: z.enum(["INIT", "BACKUP", "MASTER", "FAULT"]),
  /** Why it is in FAULT or has a lowered priority; empty when all is well. */
  reasons: z.array(z.string()),
  interface: z.string(),
  virtualRouterId: z.number(),
  version: z.number(),
  family: z.enum(["ipv4", "ipv6"]),
  priority: z.number(),
  effectivePriority: z.number(),
  advertIntervalMs: z.number(),
  /** `ADDR/LEN`. */
  addresses: z.array(z.string()),
  /** The subset that this host holds now. */
  held: z.array(z.string()),
  /** Last master heard (or itself). */
  master: z.object({ address: z.string(), priority: z.number() }).nullable(),
  lastAdvertHeardMs: z.number().nullable(),
  /** Unix milliseconds of the last transition. */
  since: z.number(),
  transitions: z.number(),
  counters: z.record(z.string(), z.number()),
});

const server = z.object({
  name: z.string(),
  address: z.string(),
  /** As HAProxy's `show stat` column `status`: UP, DOWN, `no check`, MAINT, DRAIN, NOLB. */
  state: z.string(),
  weight: z.number(),
  /** Last check result, e.g. `L4OK`, `L7STS/503`. */
  check: z.string().nullable(),
  connections: z.number(),
  /** Unix milliseconds of the last state change. */
  since: z.number(),
});

/** What `tandemd status --json` prints, protocol level 1. */
export const daemonStatusSchema = z.object({
  version: z.string(),
  commit: z.string(),
  protocol: z.number(),
  pid: z.number(),
  startedAt: z.number(),
  configuration: z.object({
    generation: z.number(),
    /** SHA-256 of the running texts, so that drift of running config against the file shows. */
    haproxySha256: z.string().nullable(),
    keepalivedSha256: z.string().nullable(),
    loadedAt: z.number(),
  }),
  processes: z.array(z.object({ name: z.string(), pid: z.number(), restarts: z.number() })),
  vrrp: z.object({ instances: z.array(vrrpInstance) }).nullable(),
  proxy: z
    .object({
      frontends: z.array(
        z.object({
          name: z.string(),
          mode: z.string(),
          binds: z.array(z.string()),
          listening: z.boolean(),
          connections: z.number(),
          requests: z.number(),
        }),
      ),
      backends: z.array(z.object({ name: z.string(), mode: z.string(), servers: z.array(server) })),
    })
    .nullable(),
});

export type DaemonStatus = z.infer<typeof daemonStatusSchema>;
