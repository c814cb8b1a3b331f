import * as z from "zod";

/** Another router of the same virtual router, as far as it shows itself. */
const vrrpPeer = z.object({
  address: z.string(),
  state: z.enum(["INIT", "BACKUP", "MASTER", "FAULT"]).nullable(),
  priority: z.number().nullable(),
  /** Its last advert that was taken; only masters send adverts. */
  lastAdvertHeardMs: z.number().nullable(),
  /** Its last report of what it hears (UDP 8112); `null` for a router that is not tandemd. */
  lastReportMs: z.number().nullable(),
  /** When it heard our adverts last, by its own word. */
  heardUsMs: z.number().nullable(),
  /** `false`: it reported once and does not any more, or hears nothing; `null`: it never reported. */
  hearsUs: z.boolean().nullable(),
  /** It says that our adverts list other addresses than its own configuration. */
  addressListDiffers: z.boolean(),
});

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
  peers: z.array(vrrpPeer).optional(),
  /** On a master: whether any backup says that it hears us; `null` when none ever said anything. */
  heardByPeer: z.boolean().nullable().optional(),
  /** `null`: none is configured. */
  witness: z
    .object({
      answers: z.boolean(),
      strict: z.boolean(),
      /** It would be master if a witness answered. */
      waits: z.boolean(),
      witnesses: z.array(z.object({ witness: z.string(), lastAnswerMs: z.number().nullable() })),
    })
    .nullable()
    .optional(),
  /** Whether the neighbours have learnt the addresses since they were announced last. */
  announcement: z
    .object({
      outcome: z.enum(["pending", "verified", "unverified", "nobody_known"]),
      rounds: z.number(),
      neighboursAsked: z.number(),
      neighboursProved: z.number(),
      /** Addresses that no neighbour has shown to know. */
      unproved: z.array(z.string()),
      since: z.number(),
    })
    .nullable()
    .optional(),
  /** Another router's adverts list other addresses: a rollout that is not finished. */
  addressListDiffers: z
    .object({
      from: z.string(),
      /** Ours that it does not list. */
      missing: z.array(z.string()),
      /** Listed by it and none of ours. */
      unknown: z.array(z.string()),
      since: z.number(),
    })
    .nullable()
    .optional(),
  /** Somebody else answers or advertises for what this master holds. */
  splitBrain: z
    .object({
      by: z.enum(["address", "advert"]),
      owner: z.string(),
      address: z.string().nullable(),
      since: z.number(),
    })
    .nullable()
    .optional(),
  /** Unix milliseconds of the last transition. */
  since: z.number(),
  transitions: z.number(),
  counters: z.record(z.string(), z.number()),
  /** Packets that were not taken, by kind. */
  packetErrors: z.record(z.string(), z.number()).optional(),
});

/** What was counted since the start, in the words of HAProxy's `show stat`; what is zero is left out. */
const traffic = z.record(z.string(), z.number());

const server = z.object({
  name: z.string(),
  address: z.string(),
  /** As HAProxy's `show stat` column `status`: UP, DOWN, `no check`, MAINT, DRAIN, NOLB. */
  state: z.string(),
  /** As it is now; an agent may have changed it. */
  weight: z.number(),
  /** As it is configured. */
  initialWeight: z.number().optional(),
  /** Connections at once; `null`: no limit. */
  maxconn: z.number().nullable().optional(),
  /** What its check says, whatever was ordered. */
  operation: z.enum(["running", "starting", "stopping", "stopped"]).optional(),
  /** What was ordered: maintenance, drain, by whom. */
  orders: z.array(z.string()).optional(),
  agent: z
    .object({ up: z.boolean(), result: z.string().nullable(), said: z.string().nullable() })
    .nullable()
    .optional(),
  /** The server whose state it follows, `BACKEND/SERVER`. */
  tracks: z.string().nullable().optional(),
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
  /** Units of systemd that have the processes; default the one service. */
  units: z.array(z.string()).optional(),
  processes: z.array(z.object({ name: z.string(), pid: z.number(), restarts: z.number() })),
  vrrp: z
    .object({
      instances: z.array(vrrpInstance),
      /** What is tracked. */
      checks: z
        .array(
          z.object({
            name: z.string(),
            kind: z.enum(["script", "file", "process", "proxy"]),
            health: z.enum(["up", "down", "unusable", "unknown"]),
            results: z.record(z.string(), z.number()).optional(),
          }),
        )
        .optional(),
      process: z
        .object({
          hardening: z.object({
            /** `null`: real time was not granted. */
            realtimePriority: z.number().nullable(),
            memoryLocked: z.boolean(),
            refused: z.array(z.string()),
          }),
          /** How late the process was woken. */
          lateness: z.object({
            maxUs: z.number(),
            sumUs: z.number(),
            count: z.number(),
            atMostUs: z.record(z.string(), z.number()),
          }),
        })
        .optional(),
    })
    .nullable(),
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
          traffic: traffic.optional(),
        }),
      ),
      backends: z.array(
        z.object({
          name: z.string(),
          mode: z.string(),
          servers: z.array(server),
          traffic: traffic.optional(),
        }),
      ),
    })
    .nullable(),
});

export type DaemonStatus = z.infer<typeof daemonStatusSchema>;
