// What a case is, and what its configuration says to haproxy and tandemd.
/** What a configuration is written for. */
export interface Place {
  /** Where the proxy listens. */
  readonly port: number;
  readonly origins: readonly number[];
  /** Where log lines go. */
  readonly sink: number;
  readonly threads: number;
  /** A file with certificate and key, where clients speak TLS. */
  readonly certificate?: string;
}

export interface Case {
  readonly id: string;
  readonly title: string;
  readonly mode: "http" | "tcp";
  /** Lines of the defaults section, the frontend and the backend. */
  readonly defaults?: string;
  readonly frontend?: string;
  readonly backend?: string;
  readonly log?: boolean;
  /** haproxy once more, with its splice options. */
  readonly splice?: boolean;
  readonly servers?: number;
  readonly body: number;
  readonly request: string;
  /** A new connection for each request. */
  readonly each?: boolean;
  readonly connections?: number;
  /** Clients speak TLS: each connection with a handshake of its own, or with a ticket of one before. */
  readonly tls?: "full" | "resumed";
  /** So many requests at a time on each connection, in HTTP/2. */
  readonly streams?: number;
  readonly nginx: (place: Place) => string;
  readonly targets: Targets;
}

/** At most; of the ratio to haproxy's processor time, and of system calls for each request. */
export interface Targets {
  readonly cpu?: number;
  readonly cpuSplice?: number;
  readonly syscalls?: number;
}

/** What haproxy.cfg says, for both programs that read it. */
export function haproxyConfig(it: Case, place: Place, splice: boolean): string {
  const servers = place.origins.map((port, n) => `    server s${n + 1} 127.0.0.1:${port}`).join("\n");
  return `global
    nbthread ${place.threads}
    maxconn 10500
    no strict-limits
${it.log ? `    log 127.0.0.1:${place.sink} local0\n` : ""}defaults
    mode ${it.mode}
    timeout client 60s
    timeout server 60s
    timeout connect 5s
${it.log ? "    log global\n" : ""}${it.defaults ?? ""}${splice ? "    option splice-request\n    option splice-response\n" : ""}
frontend web
    bind 127.0.0.1:${place.port}${sealed(it, place)}${it.frontend ?? ""}
    default_backend app
backend app${it.backend ?? ""}
${servers}
${it.log ? `backend other\n${servers}\n` : ""}`;
}

function sealed({ streams }: Case, { certificate }: Place): string {
  if (certificate === undefined) return "";
  return ` ssl crt ${certificate}${streams === undefined ? "" : " alpn h2"}`;
}
