import type { IpInterface } from "../schema/address.ts";
import type { SecretRef } from "../schema/secret.ts";
import type { EngineName } from "../schema/stack.ts";
import type {
  ResolvedBackend,
  ResolvedFrontend,
  ResolvedProxy,
  ResolvedSection,
  ResolvedStatistics,
} from "./resolved-proxy.ts";

export type * from "./resolved-proxy.ts";

/** A stack with every default filled in and every reference good: what all later stages work on. */
export interface ResolvedStack {
  readonly name: string;
  readonly pairs: readonly ResolvedPair[];
}

export interface ResolvedPair {
  readonly name: string;
  readonly nodes: readonly [ResolvedNode, ResolvedNode];
  readonly engine: EngineName;
  readonly takeOver: boolean;
  readonly startupDelayMs: number;
  readonly garp: { readonly masterDelayMs: number; readonly repeat: number; readonly refreshMs: number };
  readonly notification?: ResolvedNotification;
  readonly trackScripts: readonly ResolvedTrackScript[];
  readonly instances: readonly ResolvedInstance[];
  readonly syncGroups: readonly ResolvedSyncGroup[];
  readonly proxy: ResolvedProxy;
  /** Certificates that a release brings; others stand on the hosts already. */
  readonly certificates: readonly ResolvedCertificate[];
  readonly frontends: readonly ResolvedFrontend[];
  readonly backends: readonly ResolvedBackend[];
  readonly statistics?: ResolvedStatistics;
  /** Sections of haproxy.cfg that stand as they are. */
  readonly sections: readonly ResolvedSection[];
  /** Lines of keepalived.conf: further ones of global_defs, and further blocks. */
  readonly keepalived: { readonly globals: readonly string[]; readonly blocks: readonly string[] };
  /** Kernel parameters of the pair that do not depend on the node, dotted. */
  readonly kernel: ResolvedKernel;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly firewall: { readonly vrrp: "peersOnly" | "open" };
  /** Both nodes know the stick tables of each other. */
  readonly sharedTables?: { readonly port: number };
  readonly drill?: ResolvedDrill;
  /** Where the value of each placeholder comes from, by the name it has in the rendered files. */
  readonly secrets: Readonly<Record<string, SecretRef>>;
}

export interface ResolvedCertificate {
  readonly name: string;
  /** Placeholders of what its file holds, in order. */
  readonly secrets: readonly string[];
}

export interface ResolvedNode {
  readonly name: string;
  readonly connection: ResolvedConnection;
  readonly interface: string;
  /** The node's own addresses, that of `interface` first. */
  readonly addresses: readonly { readonly interface: string; readonly address: IpInterface }[];
}

/** As `Connection` of src/host, with references in the place of secrets. */
export interface ResolvedConnection {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: string;
  readonly auth: readonly ResolvedAuthentication[];
  readonly hostKey: ResolvedHostKeyPolicy;
  readonly jump?: ResolvedConnection;
  readonly sudo?: { readonly password?: SecretRef };
  readonly timeouts: { readonly connect: number; readonly command: number };
}

export type ResolvedAuthentication =
  | { readonly kind: "privateKey"; readonly key: SecretRef; readonly passphrase?: SecretRef }
  | { readonly kind: "privateKeyFile"; readonly path: string; readonly passphrase?: SecretRef }
  | { readonly kind: "agent"; readonly socket?: string }
  | { readonly kind: "password"; readonly password: SecretRef };

export type ResolvedHostKeyPolicy =
  | { readonly kind: "knownHosts"; readonly path?: string }
  | { readonly kind: "pinned"; readonly fingerprint: string }
  | { readonly kind: "trustOnFirstUse"; readonly path: string };

export interface ResolvedNotification {
  readonly recipients: readonly string[];
  readonly from: string;
  readonly smtpServer: { readonly address: string; readonly port: number };
  readonly connectTimeoutMs: number;
  readonly heloName?: string;
}

export interface ResolvedTrackScript {
  readonly name: string;
  readonly script: string;
  readonly intervalMs: number;
  readonly timeoutMs?: number;
  readonly weight: number;
  readonly rise: number;
  readonly fall: number;
  readonly user: string;
}

export type ResolvedTransport =
  | { readonly kind: "multicast"; readonly group4: string; readonly group6: string }
  | {
      readonly kind: "unicast";
      /** Routers beside the two nodes. */
      readonly peers: readonly string[];
    };

export interface ResolvedVip {
  readonly address: IpInterface;
  readonly interface?: string;
  readonly label?: string;
}

export interface ResolvedMember {
  readonly priority: number;
  readonly state: "MASTER" | "BACKUP";
}

export type ResolvedNotify = {
  readonly [K in "master" | "backup" | "fault" | "stop" | "any"]?: string;
};

export interface ResolvedInstance {
  readonly name: string;
  readonly virtualRouterId: number;
  readonly family: "ipv4" | "ipv6";
  /** Interface of the adverts when it is not the node's own. */
  readonly interface?: string;
  readonly version: 2 | 3;
  readonly advertIntervalMs: number;
  readonly transport: ResolvedTransport;
  /** Name of the node that is master when both are healthy. */
  readonly master: string;
  /** By node name. */
  readonly members: Readonly<Record<string, ResolvedMember>>;
  readonly nopreempt: boolean;
  readonly preemptDelayMs?: number;
  /** `secret` is the placeholder's name. */
  readonly authentication:
    | { readonly kind: "none" }
    | { readonly kind: "PASS" | "AH"; readonly secret: string };
  readonly vips: readonly ResolvedVip[];
  readonly excludedVips: readonly ResolvedVip[];
  readonly trackScripts: readonly string[];
  readonly trackInterfaces: readonly { readonly interface: string; readonly weight: number }[];
  /** Weight 0: FAULT when the own proxy does not serve. */
  readonly trackProxy?: { readonly weight: number };
  /** Asked before silence makes a master; one answer is enough. */
  readonly witnesses: readonly ResolvedWitness[];
  readonly strictWitness: boolean;
  readonly notify: ResolvedNotify;
  readonly mail: boolean;
  /** Further lines of the block. */
  readonly directives: readonly string[];
  /** What fails over how fast, as the protocol predicts. */
  readonly failover: FailoverPrediction;
}

export type ResolvedWitness =
  | { readonly kind: "gateway"; readonly address?: string }
  | { readonly kind: "neighbours" }
  | { readonly kind: "tcp" | "udp"; readonly address: string; readonly port: number };

/** Times in milliseconds (RFC 5798 section 6.1), for a fault of the preferred master. */
export interface FailoverPrediction {
  /** Dead master: the three missed adverts and the skew, less the age of the last advert. */
  readonly crash: { readonly least: number; readonly most: number };
  /** Stop with a farewell advert: the skew of the other node. */
  readonly graceful: number;
}

export interface ResolvedSyncGroup {
  readonly name: string;
  readonly instances: readonly string[];
  readonly notify: ResolvedNotify;
}

export interface ResolvedKernel {
  readonly nonlocalBind: boolean;
  readonly forwarding: boolean;
  readonly arpIgnore: number;
  readonly arpAnnounce: number;
  readonly sendRedirects: boolean;
}

export interface ResolvedDrill {
  readonly faults: readonly ("handover" | "kill" | "stop" | "linkDown")[];
  readonly maxOutageMs: number;
  readonly when: "create" | "change" | "always";
  readonly probe: {
    readonly kind: "tcp" | "http";
    readonly path: string;
    readonly intervalMs: number;
    readonly timeoutMs: number;
  };
  /** Node that sends the probes; default the machine that runs Tandem. */
  readonly from?: string;
}
