import * as z from "zod";
import { duration } from "./duration.ts";
import { node } from "./node.ts";
import { backend, frontend, proxy } from "./proxy.ts";
import { section } from "./section.ts";
import { guarded, name } from "./text.ts";
import { certificate } from "./tls.ts";
import { syncGroup, trackScript, vrrp, vrrpInstance } from "./vrrp.ts";
import { statistics } from "./windows.ts";

export const faultKind = z.enum(["handover", "kill", "stop", "linkDown"]);

export const drill = z
  .strictObject({
    faults: z.array(faultKind).min(1).describe("faults injected on the master, in this order"),
    maxOutage: duration("1ms", "10m").describe("longest time without an answer that passes"),
    when: z
      .enum(["create", "change", "always"])
      .default("change")
      .describe("run at the first deployment, at every change, or at every `pulumi up`"),
    probe: z
      .discriminatedUnion("kind", [
        z.strictObject({
          kind: z.literal("tcp"),
          interval: duration("1ms", "10s").default("5ms").describe("time between two probes"),
          timeout: duration("10ms", "1m").default("1s").describe("a probe that lasts longer is lost"),
        }),
        z.strictObject({
          kind: z.literal("http"),
          path: guarded(/^\/[\x21-\x7e]{0,254}$/, "a path", {
            code: "STACK_TEXT_UNSAFE",
            hint: 'write e.g. "/"',
          })
            .default("/")
            .describe("path of the request"),
          interval: duration("1ms", "10s").default("5ms").describe("time between two probes"),
          timeout: duration("10ms", "1m").default("1s").describe("a probe that lasts longer is lost"),
        }),
      ])
      .optional()
      .describe("what the client does; default http for a pair with an http frontend, else tcp"),
    from: name().optional().describe("node that sends the probes; default the machine that runs Tandem"),
  })
  .meta({ id: "Drill" });

export const kernel = z
  .strictObject({
    nonlocalBind: z
      .boolean()
      .default(true)
      .describe("net.ipv4.ip_nonlocal_bind: listen on virtual addresses held by the other node"),
    forwarding: z
      .boolean()
      .default(false)
      .describe("net.ipv4.ip_forward: the host routes packets (needed by NAT)"),
    arpIgnore: z
      .int()
      .min(0)
      .max(8)
      .default(1)
      .describe("net.ipv4.conf.all.arp_ignore; 1: answer only on the interface of the address"),
    arpAnnounce: z
      .int()
      .min(0)
      .max(2)
      .default(2)
      .describe("net.ipv4.conf.all.arp_announce; 2: always the best local address"),
    sendRedirects: z
      .boolean()
      .default(false)
      .describe("net.ipv4.conf.*.send_redirects on all, default and the interfaces"),
  })
  .meta({ id: "Kernel" });

const sysctlKey = guarded(/^[a-z0-9_]+(\.[A-Za-z0-9_/-]+)+$/, "a kernel parameter", {
  code: "STACK_NAME_INVALID",
  hint: 'write it dotted as sysctl prints it, e.g. "net.core.somaxconn"',
});
const sysctlValue = z.union([
  z.int(),
  guarded(/^[A-Za-z0-9_.,:/-]+( [A-Za-z0-9_.,:/-]+)*$/, "a value of a kernel parameter", {
    code: "STACK_TEXT_UNSAFE",
    hint: 'write a number or words, e.g. 4096 or "1024 65000"',
  }),
]);

export const engineName = z.enum(["tandemd", "distro"]);

export const pair = z
  .strictObject({
    name: name().describe("name, unique in the stack"),
    nodes: z.tuple([node, node]).describe("the two hosts"),
    engine: engineName
      .default("tandemd")
      .describe("what runs on the hosts: Tandem's own daemon, or Debian's packages haproxy and keepalived"),
    takeOver: z
      .boolean()
      .default(false)
      .describe(
        "haproxy and keepalived that run already, by the units of their packages, give way at the first deployment; default that they run is an error",
      ),
    vrrp: vrrp.prefault({}).describe("what the instances of the pair have in common"),
    trackScripts: z.array(trackScript).default([]).describe("programs that tell whether a node is healthy"),
    vrrpInstances: z
      .array(vrrpInstance)
      .describe("groups of virtual addresses that move together, one at least"),
    syncGroups: z.array(syncGroup).default([]).describe("instances that move together"),
    proxy: proxy.prefault({}).describe("settings of the whole proxy"),
    certificates: z.array(certificate).default([]).describe("certificates for TLS"),
    frontends: z.array(frontend).default([]).describe("what clients connect to"),
    backends: z.array(backend).default([]).describe("groups of servers"),
    statistics: statistics.optional().describe("the statistics page; default none"),
    sections: z
      .array(section)
      .default([])
      .describe(
        "further sections as in haproxy.cfg, for what the definition does not know; checked on the host",
      ),
    kernel: kernel.prefault({}).describe("kernel parameters that a pair needs"),
    sysctls: z
      .record(sysctlKey, sysctlValue)
      .default({})
      .describe("further kernel parameters, dotted key and value"),
    firewall: z
      .strictObject({
        vrrp: z
          .enum(["peersOnly", "open"])
          .default("peersOnly")
          .describe("peersOnly: adverts that do not come from the other node are dropped"),
      })
      .prefault({})
      .describe("nftables rules of the pair, in a table of their own"),
    sharedTables: z
      .strictObject({
        port: z
          .int()
          .min(1)
          .max(65535)
          .default(10_000)
          .describe("TCP port at which each node hears the other; the firewall lets nobody else speak to it"),
      })
      .optional()
      .describe(
        "stick tables are those of the pair: rate limits and the servers that clients stick to survive a failover; default each node counts for itself",
      ),
    drill: drill.optional().describe("failover drill of a deployment; default none"),
  })
  .meta({ id: "Pair" });

const silence = z
  .strictObject({
    code: guarded(/^(?:[A-Z][A-Z0-9_]*|[a-z]+\/[a-z0-9-]+)$/, "a code", {
      code: "STACK_NAME_INVALID",
      hint: 'write it as it is shown, e.g. "STACK_FAILOVER_SLOW" or "haproxy/no-check"',
    }).describe(
      "code of a warning, of this definition or of the files that it renders; also one of tandemd's own (docs/config-codes.md), or a rule of docs/lint.md with all that belongs to it",
    ),
    reason: guarded(/^(?=.*\S)\P{Cc}{1,500}$/u, "a reason", {
      code: "STACK_TEXT_UNSAFE",
      hint: "say in one line why this is meant so",
    }).describe("why it is meant so, one line"),
  })
  .meta({ id: "Silence" });

/** The whole definition; strict at every level, so that a misspelt key is an error. */
export const stackSchema = z.strictObject({
  name: name().describe("name of the stack"),
  pairs: z.array(pair).min(1).describe("load-balancer pairs"),
  silences: z
    .array(silence)
    .default([])
    .describe("warnings that are known and meant so; each is shown with its reason by `tandem check`"),
});

/** The same with nothing to write to, so that parts may come from `as const` data. */
type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

export type StackInput = Immutable<z.input<typeof stackSchema>>;
export type StackData = z.output<typeof stackSchema>;
export type PairInput = Immutable<z.input<typeof pair>>;
export type PairData = z.output<typeof pair>;
export type VrrpInstanceData = z.output<typeof vrrpInstance>;
export type FrontendData = z.output<typeof frontend>;
export type BackendData = z.output<typeof backend>;
export type TrackScriptData = z.output<typeof trackScript>;
export type EngineName = z.output<typeof engineName>;
export type NodeData = z.output<typeof node>;
