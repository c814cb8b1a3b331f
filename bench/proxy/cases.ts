// What is compared: a configuration, a load, and the ratio to haproxy that is wanted.
import { readFileSync } from "node:fs";
import type { Case } from "./case.ts";
import { http, RULES, stream } from "./nginx.ts";

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
    nginx: http(RULES),
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
    id: "h2",
    title: "HTTP/2 over TLS 1.3, four requests at a time on each connection, to HTTP/1.1",
    mode: "http",
    defaults: REUSE,
    body: KIB,
    request: PLAIN,
    connections: 16,
    tls: "full",
    streams: 4,
    nginx: http({ h2: true }),
    targets: { cpu: 0.8 },
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
