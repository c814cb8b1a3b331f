// What is compared: a configuration, a load, and the ratio to haproxy that is wanted.
import { readFileSync } from "node:fs";

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
  readonly nginx: (place: Place) => string;
  readonly targets: Targets;
}

/** At most; of the ratio to haproxy's processor time, and of system calls for each request. */
export interface Targets {
  readonly cpu?: number;
  readonly cpuSplice?: number;
  readonly syscalls?: number;
}

/** A text of which the gate counts the instructions, too. */
function shared(name: string): string {
  return readFileSync(new URL(name, import.meta.url), "utf8");
}

const KIB = 1024;
const PLAIN = "GET /page HTTP/1.1\r\nHost: bench.example\r\n\r\n";
const CLOSING = "GET /page HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n";
const BROWSER = shared("rules.http");

/** A request with a body. */
function upload(length: number): string {
  return `POST /page HTTP/1.1\r\nHost: bench.example\r\nContent-Length: ${length}\r\n\r\n${"x".repeat(length)}`;
}

const RULES_FRONTEND = `\n${shared("rules.cfg").trimEnd()}`;

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
    bind 127.0.0.1:${place.port}${place.certificate === undefined ? "" : ` ssl crt ${place.certificate}`}${it.frontend ?? ""}
    default_backend app
backend app${it.backend ?? ""}
${servers}
${it.log ? `backend other\n${servers}\n` : ""}`;
}

function upstream(place: Place, keepalive: number): string {
  const servers = place.origins.map((port) => `server 127.0.0.1:${port};`).join(" ");
  return `upstream app { ${servers} ${keepalive > 0 ? `keepalive ${keepalive};` : ""} }`;
}

/** nginx as an HTTP proxy. */
function http(options: { keepalive?: number; location?: string; server?: string; http?: string } = {}) {
  return (place: Place) => {
    const keepalive = options.keepalive ?? 256;
    return `http {
  access_log off; keepalive_requests 1000000000; keepalive_timeout 60s; ${options.http ?? ""}
  ${upstream(place, keepalive)}
  server {
    listen 127.0.0.1:${place.port} ${sealed(place)} ${(options.server ?? "").replaceAll("$SINK", String(place.sink))}
    location / {
      proxy_pass http://app; proxy_http_version 1.1; proxy_set_header Host $host;
      proxy_set_header Connection "${keepalive > 0 ? "" : "close"}"; ${options.location ?? ""}
    }
  }
}`;
  };
}

function sealed({ certificate }: Place): string {
  if (certificate === undefined) return "backlog=4096;";
  return `ssl backlog=4096; ssl_protocols TLSv1.3; ssl_certificate ${certificate}; ssl_certificate_key ${certificate}; ssl_buffer_size 16k;`;
}

function stream(place: Place): string {
  return `stream {
  ${upstream(place, 0)}
  server { listen 127.0.0.1:${place.port} backlog=4096; proxy_pass app; }
}`;
}

const NGINX_RULES = {
  http: `map $http_user_agent $mobile { default ""; ~*mobile yes; }`,
  server: `access_log syslog:server=127.0.0.1:$SINK,facility=local0;
    location /static { proxy_pass http://app; } location /assets { proxy_pass http://app; }`,
  location: `proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto http;
      proxy_set_header X-Debug ""; proxy_set_header X-Mobile $mobile;
      add_header Strict-Transport-Security max-age=31536000; proxy_hide_header Server;`,
};

const REUSE = "    http-reuse always\n";
const UPLOADS = http({ server: "client_max_body_size 0; proxy_request_buffering off;" });
const bodies = { defaults: REUSE, request: PLAIN, connections: 16, splice: true } as const;

/** Connections of clients for one request each, over kept ones to the server: the handshake is what costs. */
const sessions = {
  mode: "http",
  defaults: REUSE,
  body: KIB,
  request: CLOSING,
  each: true,
  nginx: http(),
} as const;

export const cases: readonly Case[] = [
  {
    id: "kept",
    title: "kept connections, http-reuse always, forwardfor",
    mode: "http",
    defaults: `${REUSE}    option forwardfor\n`,
    body: KIB,
    request: PLAIN,
    nginx: http({ location: "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;" }),
    targets: { cpu: 0.7, syscalls: 4.1 },
  },
  {
    id: "never",
    title: "kept connections, http-reuse never",
    mode: "http",
    defaults: "    http-reuse never\n",
    body: KIB,
    request: PLAIN,
    nginx: http({ keepalive: 64 }),
    targets: {},
  },
  {
    id: "server-close",
    title: "option http-server-close",
    mode: "http",
    defaults: "    option http-server-close\n",
    body: KIB,
    request: PLAIN,
    nginx: http({ keepalive: 0 }),
    targets: {},
  },
  {
    id: "close",
    title: "a connection per request on both sides",
    mode: "http",
    defaults: "    option httpclose\n",
    body: KIB,
    request: CLOSING,
    each: true,
    nginx: http({ keepalive: 0 }),
    targets: { cpu: 0.85, syscalls: 14.5 },
  },
  {
    id: "tcp",
    title: "mode tcp, kept connections",
    mode: "tcp",
    body: KIB,
    request: PLAIN,
    nginx: stream,
    targets: { cpu: 0.85 },
  },
  {
    id: "tcp-close",
    title: "mode tcp, a connection per request",
    mode: "tcp",
    body: KIB,
    request: CLOSING,
    each: true,
    nginx: stream,
    targets: {},
  },
  {
    ...bodies,
    id: "body-64k",
    title: "bodies of 64 KiB",
    mode: "http",
    body: 64 * KIB,
    nginx: http(),
    targets: { cpu: 0.65 },
  },
  {
    ...bodies,
    id: "body-1m",
    title: "bodies of 1 MiB",
    mode: "http",
    body: KIB * KIB,
    nginx: http(),
    targets: {},
  },
  {
    ...bodies,
    id: "upload-64k",
    title: "requests of 64 KiB",
    mode: "http",
    body: KIB,
    request: upload(64 * KIB),
    nginx: UPLOADS,
    targets: {},
  },
  {
    ...bodies,
    id: "upload-1m",
    title: "requests of 1 MiB",
    mode: "http",
    body: KIB,
    request: upload(KIB * KIB),
    nginx: UPLOADS,
    targets: {},
  },
  {
    ...bodies,
    id: "tcp-64k",
    title: "mode tcp, answers of 64 KiB",
    mode: "tcp",
    defaults: "",
    body: 64 * KIB,
    nginx: stream,
    targets: {},
  },
  {
    ...bodies,
    id: "tcp-1m",
    title: "mode tcp, answers of 1 MiB",
    mode: "tcp",
    defaults: "",
    body: KIB * KIB,
    nginx: stream,
    targets: { cpu: 0.45, cpuSplice: 0.95 },
  },
  {
    id: "rules",
    title: "3 ACLs, 5 header actions, forwardfor, httplog over UDP",
    mode: "http",
    defaults: REUSE,
    frontend: RULES_FRONTEND,
    log: true,
    body: KIB,
    request: BROWSER,
    nginx: http(NGINX_RULES),
    targets: { cpu: 0.5, syscalls: 4.3 },
  },
  {
    id: "servers-1000",
    title: "1,000 servers, round robin",
    mode: "http",
    defaults: REUSE,
    backend: "\n    balance roundrobin",
    servers: 1000,
    body: KIB,
    request: PLAIN,
    nginx: http({ keepalive: 1000 }),
    targets: {},
  },
  {
    ...sessions,
    id: "tls-full",
    title: "TLS 1.3, a full handshake per request, ECDSA P-256",
    tls: "full",
    targets: { cpu: 0.45 },
  },
  {
    ...sessions,
    id: "tls-resumed",
    title: "TLS 1.3, a session taken up again per request",
    tls: "resumed",
    targets: { cpu: 0.45 },
  },
  {
    id: "tls-kept",
    title: "TLS 1.3, kept connections",
    mode: "http",
    defaults: REUSE,
    body: KIB,
    request: PLAIN,
    tls: "full",
    nginx: http(),
    targets: { cpu: 0.75, syscalls: 4.4 },
  },
  {
    ...bodies,
    id: "tls-64k",
    title: "TLS 1.3, bodies of 64 KiB",
    mode: "http",
    splice: false,
    body: 64 * KIB,
    tls: "full",
    nginx: http(),
    targets: { cpu: 0.9 },
  },
];
