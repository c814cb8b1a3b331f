import type { IpAddress } from "../schema/address.ts";

export interface ResolvedProxy {
  /** As many as the open files allow when it is missing. */
  readonly maxconn?: number;
  readonly logs: readonly { readonly address: string; readonly facility: string; readonly level: string }[];
  readonly timeoutsMs: Readonly<Partial<Record<ProxyTimeout, number>>>;
  readonly retries: number;
  readonly redispatch: boolean;
  readonly user?: string;
  readonly group?: string;
  readonly runtimeSocket?: ResolvedRuntimeSocket;
  /** Further lines of global and of defaults. */
  readonly globalDirectives: readonly string[];
  readonly defaultDirectives: readonly string[];
}

export interface ResolvedRuntimeSocket {
  readonly path: string;
  readonly mode: string;
  readonly user?: string;
  readonly group?: string;
  readonly level: "user" | "operator" | "admin";
  readonly exposeListeners: boolean;
  readonly timeoutMs?: number;
  readonly maxconn?: number;
}

export interface ResolvedStatistics {
  readonly at:
    | {
        readonly kind: "own";
        /** Name of the section. */
        readonly name: string;
        /** `node`: what each node has on its own interface. */
        readonly address: BindAddress | { readonly kind: "node" };
        readonly port: number;
        readonly tls?: ResolvedBindTls;
      }
    | { readonly kind: "frontend"; readonly frontend: string };
  readonly uri: string;
  readonly realm?: string;
  /** `secret` is the placeholder's name. */
  readonly users: readonly { readonly name: string; readonly secret: string }[];
  /** Condition as in haproxy.cfg. */
  readonly admin?: string;
  readonly refreshMs?: number;
  readonly hideVersion: boolean;
  readonly scope: readonly string[];
  readonly prometheus?: string;
}

export interface ResolvedSection {
  readonly kind: string;
  readonly name: string;
  readonly from?: string;
  readonly directives: readonly string[];
}

export type ProxyTimeout =
  | "connect"
  | "client"
  | "server"
  | "queue"
  | "httpRequest"
  | "httpKeepAlive"
  | "check"
  | "tunnel"
  | "clientFin"
  | "serverFin";

export interface ResolvedFrontend {
  readonly name: string;
  /** Section of kind defaults that it starts from. */
  readonly from?: string;
  readonly mode: "http" | "tcp";
  readonly binds: readonly ResolvedBind[];
  readonly defaultBackend?: string;
  readonly maxconn?: number;
  readonly logFormat: "http" | "tcp" | "short";
  readonly logEmpty: boolean;
  readonly clientTimeoutMs?: number;
  readonly forwardFor?: { readonly except?: string; readonly header: string; readonly ifNone: boolean };
  /** Further lines of the section. */
  readonly directives: readonly string[];
  readonly connectionMode: "keepAlive" | "serverClose" | "close";
  readonly redirectToHttps: boolean;
  readonly hstsSeconds?: number;
}

export interface ResolvedBind {
  readonly address: BindAddress;
  readonly port: number;
  readonly tls?: ResolvedBindTls;
}

export interface ResolvedBindTls {
  /** The one for unknown names first. */
  readonly certificates: readonly CertificatePlace[];
  readonly alpn: readonly string[];
  readonly minVersion: TlsVersion;
  readonly strictSni: boolean;
  readonly clientCertificates?: {
    readonly verify: "optional" | "required";
    readonly caFile: string;
    readonly crlFile?: string;
  };
}

/** A file on the host: one that stands there, or one of the release by its name. */
export type CertificatePlace = { readonly path: string } | { readonly released: string };

export type TlsVersion = "1.2" | "1.3";

export type BindAddress =
  | { readonly kind: "any4" }
  | { readonly kind: "any6" }
  | { readonly kind: "ip"; readonly ip: IpAddress };

export type ResolvedHealthCheck =
  | { readonly kind: "none" }
  | ({ readonly kind: "tcp" } & CheckRhythm)
  | ({
      readonly kind: "http";
      readonly method: string;
      readonly path: string;
      readonly host?: string;
      readonly expectStatus: string;
    } & CheckRhythm);

export interface CheckRhythm {
  readonly intervalMs: number;
  readonly rise: number;
  readonly fall: number;
  readonly timeoutMs?: number;
  readonly port?: number;
}

export interface ResolvedServer {
  readonly name: string;
  readonly address: IpAddress;
  readonly port: number;
  readonly weight: number;
  readonly check: boolean;
  readonly backup: boolean;
  readonly maxconn?: number;
  /** Where the backend has a cookie. */
  readonly cookie?: string;
  readonly tls?: {
    readonly verify: "required" | "none";
    readonly caFile?: string;
    readonly serverName?: string;
    readonly minVersion: TlsVersion;
  };
}

export interface ResolvedBackend {
  readonly name: string;
  readonly from?: string;
  readonly mode: "http" | "tcp";
  /** The words behind `balance`. */
  readonly balance: string;
  readonly cookie?: {
    readonly name: string;
    readonly indirect: boolean;
    readonly nocache: boolean;
    readonly httpOnly: boolean;
    readonly secure: boolean;
  };
  readonly healthCheck: ResolvedHealthCheck;
  readonly servers: readonly ResolvedServer[];
  /** Further lines of the section. */
  readonly directives: readonly string[];
  readonly retries?: number;
  readonly redispatch?: boolean;
  readonly timeoutsMs: Readonly<Partial<Record<"connect" | "server" | "queue" | "tunnel", number>>>;
}
