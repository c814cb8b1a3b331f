import * as z from "zod";
import { interfaceAddress, ipAddress, multicastGroup } from "./address.ts";
import { duration, wholeSeconds } from "./duration.ts";
import { secretRef } from "./secret.ts";
import {
  blockLines,
  commandLine,
  emailAddress,
  guarded,
  hostName,
  interfaceName,
  name,
  word,
} from "./text.ts";

export const transport = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("multicast"),
      group4: multicastGroup("ipv4").default("224.0.0.18").describe("IPv4 group of the adverts"),
      group6: multicastGroup("ipv6").default("ff02::12").describe("IPv6 group of the adverts"),
    }),
    z.strictObject({
      kind: z.literal("unicast").describe("adverts go to the other node's address"),
      peers: z
        .array(ipAddress())
        .default([])
        .describe("further routers that stand for the same virtual addresses, beside the other node"),
    }),
  ])
  .meta({ id: "Transport" });

export const authentication = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("none") }),
    z.strictObject({
      kind: z.literal("PASS"),
      password: secretRef.describe("1 to 8 characters, the same on both nodes; travels in clear text"),
    }),
    z.strictObject({
      kind: z.literal("AH"),
      password: secretRef.describe("1 to 8 characters, key of the IPsec authentication header"),
    }),
  ])
  .meta({ id: "Authentication" });

export const vip = z
  .strictObject({
    address: interfaceAddress().describe("virtual address with prefix length, e.g. 10.0.0.100/24"),
    interface: interfaceName().optional().describe("interface that carries it; default the node's interface"),
    label: guarded(/^[A-Za-z0-9_.-]{1,11}:[A-Za-z0-9_.-]{1,8}$/, "an address label", {
      code: "STACK_NAME_INVALID",
      why: "Linux wants labels of the form INTERFACE:TAG with at most 15 characters",
      hint: 'write e.g. "eth0:vip1"',
    })
      .optional()
      .describe("label of an IPv4 address as `ip addr` shows it; default none"),
  })
  .meta({ id: "Vip" });

const weight = z.int().min(-253).max(253);

export const trackScript = z
  .strictObject({
    name: name().describe("name, unique in the pair"),
    script: commandLine().describe("program and plain arguments; exit status 0 is healthy"),
    interval: wholeSeconds("1s", "1h").default("1s").describe("time between two runs, whole seconds"),
    timeout: wholeSeconds("1s", "1h")
      .optional()
      .describe("a run that lasts longer has failed, whole seconds; default the interval"),
    weight: weight
      .default(0)
      .describe(
        "added to the priority while healthy (positive) or while failed (negative); 0: a failure puts the node into FAULT",
      ),
    rise: z.int().min(1).max(1000).default(1).describe("successes in a row until healthy"),
    fall: z.int().min(1).max(1000).default(1).describe("failures in a row until failed"),
    user: name().default("root").describe("user that runs the script"),
  })
  .meta({ id: "TrackScript" });

export const notify = z
  .strictObject({
    master: commandLine().optional().describe("run when the node becomes master; default none"),
    backup: commandLine().optional().describe("run when the node becomes backup; default none"),
    fault: commandLine().optional().describe("run when the node goes into FAULT; default none"),
    stop: commandLine().optional().describe("run when the daemon stops; default none"),
    any: commandLine()
      .optional()
      .describe("run at every change, with TYPE NAME STATE PRIORITY; default none"),
  })
  .meta({ id: "Notify" });

export const member = z
  .strictObject({
    priority: z
      .int()
      .min(1)
      .max(255)
      .optional()
      .describe(
        "1 to 254, or 255 for the owner of the addresses, whom no weight moves (RFC 9568); default 254 on the master and 253 on the other, less the sum of positive weights",
      ),
    state: z
      .enum(["MASTER", "BACKUP"])
      .optional()
      .describe(
        "state to start in; default MASTER on the master unless nopreempt, preemptDelay or AH is set",
      ),
  })
  .meta({ id: "Member" });

const advertInterval = duration("10ms", "255s");

const witnessPort = z.int().min(1).max(65535);

export const witness = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("gateway").describe("a router of the segment, asked by ARP or neighbour solicitation"),
      address: ipAddress()
        .optional()
        .describe("its address, of the family of the adverts; default the default route's gateway"),
    }),
    z.strictObject({
      kind: z.literal("neighbours").describe("any host of the segment that the node has talked to"),
    }),
    z.strictObject({
      kind: z.literal("tcp").describe("a service on a third host that accepts connections"),
      address: ipAddress().describe("IP address"),
      port: witnessPort.describe("TCP port"),
    }),
    z.strictObject({
      kind: z.literal("udp").describe("a service on a third host that sends back what it gets (RFC 862)"),
      address: ipAddress().describe("IP address"),
      port: witnessPort.describe("UDP port"),
    }),
  ])
  .meta({ id: "Witness" });

export const vrrpInstance = z
  .strictObject({
    name: name().describe("name, unique in the pair"),
    virtualRouterId: z
      .int()
      .min(1)
      .max(255)
      .describe("1 to 255, the same on both nodes, unique on the segment"),
    master: name().describe("name of the node that is master when both are healthy"),
    members: z.record(name(), member).default({}).describe("priority and start state per node name"),
    interface: interfaceName().optional().describe("interface of the adverts; default the node's interface"),
    version: z
      .union([z.literal(2), z.literal(3)])
      .optional()
      .describe("VRRP version; default that of the pair"),
    advertInterval: advertInterval
      .optional()
      .describe(
        "time between adverts: whole seconds in version 2, 10ms to 40.95s in version 3; default that of the pair",
      ),
    transport: transport.optional().describe("how adverts reach the other node; default that of the pair"),
    nopreempt: z
      .boolean()
      .default(false)
      .describe("true: a node that comes back leaves the addresses where they are"),
    preemptDelay: duration("0s", "1000s")
      .optional()
      .describe("time a node waits before it takes the addresses back; default none"),
    authentication: authentication.default({ kind: "none" }).describe("version 2 only; default none"),
    vips: z.array(vip).describe("virtual addresses, one at least; all of one family"),
    excludedVips: z
      .array(vip)
      .default([])
      .describe("addresses that move with the others but stand in no advert (other family, or more than 20)"),
    trackScripts: z.array(name()).default([]).describe("names of track scripts of the pair"),
    trackInterfaces: z
      .array(
        z.strictObject({
          interface: interfaceName().describe("interface to watch"),
          weight: weight.default(0).describe("as for scripts; 0: link down puts the node into FAULT"),
        }),
      )
      .default([])
      .describe("further interfaces whose link decides"),
    trackProxy: z
      .union([z.boolean(), z.strictObject({ weight: weight.describe("as for scripts") })])
      .optional()
      .describe(
        "follow the health of the own proxy, without a script; default true when the pair has frontends",
      ),
    witnesses: z
      .array(witness)
      .default([])
      .describe(
        "who is asked before silence makes a master, one answer is enough: a node that is cut off stays backup",
      ),
    strictWitness: z
      .boolean()
      .default(false)
      .describe("true: a master that no witness answers any more gives the addresses up"),
    notify: notify.prefault({}).describe("programs to run at a change of state"),
    mail: z
      .boolean()
      .optional()
      .describe("mail at a change of state; default true when the pair has a notification"),
    directives: blockLines()
      .default([])
      .describe(
        "further lines of the instance as in keepalived.conf, for what the definition does not know; checked on the host",
      ),
  })
  .meta({ id: "VrrpInstance" });

export const syncGroup = z
  .strictObject({
    name: name().describe("name, unique in the pair"),
    instances: z.array(name()).describe("instances that are master on the same node, two at least"),
    notify: notify.prefault({}).describe("programs to run at a change of state"),
  })
  .meta({ id: "SyncGroup" });

export const notification = z
  .strictObject({
    recipients: z.array(emailAddress()).min(1).describe("mail addresses"),
    from: emailAddress().describe("sender"),
    smtpServer: z
      .strictObject({
        address: hostName().describe("host name or IP address"),
        port: z.int().min(1).max(65535).default(25).describe("TCP port"),
      })
      .describe("mail server"),
    connectTimeout: wholeSeconds("1s", "10m")
      .default("30s")
      .describe("until the mail server answers, whole seconds"),
    heloName: word("a HELO name", 'write a host name, e.g. "lb-a.example.org"')
      .optional()
      .describe("default host name"),
  })
  .meta({ id: "Notification" });

export const vrrp = z
  .strictObject({
    version: z
      .union([z.literal(2), z.literal(3)])
      .default(3)
      .describe("VRRP version; IPv6 needs 3"),
    advertInterval: advertInterval
      .default("1s")
      .describe(
        "time between adverts; a dead master is noticed after three and a bit; 100ms was stable in every run",
      ),
    transport: transport
      .default({ kind: "multicast", group4: "224.0.0.18", group6: "ff02::12" })
      .describe("default multicast"),
    startupDelay: duration("0s", "600s").default("0s").describe("time the daemon waits before it takes part"),
    notification: notification
      .optional()
      .describe(
        "mail at a change of state, a split brain, and when a process of the daemon dies; default none",
      ),
    garp: z
      .strictObject({
        masterDelay: wholeSeconds("0s", "1h")
          .default("5s")
          .describe("second round of announcements after take-over, whole seconds"),
        repeat: z.int().min(1).max(100).default(5).describe("announcements per address and round"),
        refresh: wholeSeconds("0s", "1d")
          .default("0s")
          .describe("announce again and again at this interval; 0s is off"),
      })
      .prefault({})
      .describe("gratuitous ARP and unsolicited neighbour advertisements"),
    globalDirectives: blockLines()
      .default([])
      .describe("further lines of global_defs, as in keepalived.conf; checked on the host"),
    blocks: blockLines()
      .default([])
      .describe(
        "further blocks as in keepalived.conf, in front of groups and instances; checked on the host",
      ),
  })
  .meta({ id: "Vrrp" });
