import * as z from "zod";
import { bindAddress, interfaceAddress, ipAddress } from "./address.ts";
import { balanceFields, cookieValue } from "./balance.ts";
import { duration } from "./duration.ts";
import { directives } from "./section.ts";
import { guarded, name, sectionName, word } from "./text.ts";
import { bindTls, httpsFields, serverTls } from "./tls.ts";
import { port, runtimeSocket } from "./windows.ts";

const timeout = (): ReturnType<typeof duration> => duration("1ms", "24d");
/** A deadline of the whole proxy that can be left out. */
const deadline = (): z.ZodUnion<[ReturnType<typeof duration>, z.ZodLiteral<"none">]> =>
  z.union([timeout(), z.literal("none")]);

export const logTarget = z
  .strictObject({
    address: guarded(
      /^(\/[A-Za-z0-9_./-]{1,106}|stdout|stderr|[A-Za-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9A-Fa-f:]+\](:\d{1,5})?)$/,
      "a log target",
      { code: "STACK_TEXT_UNSAFE", hint: 'write a socket path such as "/dev/log", or "HOST:PORT" for UDP' },
    ).describe("unix socket path, or HOST:PORT for UDP"),
    facility: z
      .enum([
        "kern",
        "user",
        "mail",
        "daemon",
        "auth",
        "syslog",
        "lpr",
        "news",
        "uucp",
        "cron",
        "auth2",
        "ftp",
        "local0",
        "local1",
        "local2",
        "local3",
        "local4",
        "local5",
        "local6",
        "local7",
      ])
      .default("local0")
      .describe("syslog facility"),
    level: z
      .enum(["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"])
      .default("info")
      .describe("least severity that is sent"),
  })
  .meta({ id: "LogTarget" });

export const proxy = z
  .strictObject({
    maxconn: z
      .union([z.int().min(1).max(10_000_000), z.literal("auto")])
      .default(20_000)
      .describe('connections at once in the whole process; "auto": as many as the open files allow'),
    logs: z
      .array(logTarget)
      .default([{ address: "/dev/log", facility: "local0", level: "info" }])
      .describe("where log lines go; default the host's syslog socket"),
    timeouts: z
      .strictObject({
        connect: deadline().default("5s").describe("until a server accepts the connection"),
        client: deadline().default("30s").describe("silence of a client"),
        server: deadline().default("30s").describe("silence of a server"),
        queue: deadline().default("30s").describe("wait for a free slot of a server"),
        httpRequest: deadline().default("10s").describe("until a request's header has arrived whole"),
        httpKeepAlive: deadline().default("10s").describe("wait for the next request of a connection"),
        check: deadline().default("5s").describe("until a check has its answer, once connected"),
        tunnel: timeout()
          .optional()
          .describe(
            "silence of both sides after an upgrade or in tcp mode; default that of client and server",
          ),
        clientFin: timeout()
          .optional()
          .describe("silence of a client that has closed its half; default that of client"),
        serverFin: timeout()
          .optional()
          .describe("silence of a server that has closed its half; default that of server"),
      })
      .prefault({})
      .describe('deadlines of all frontends and backends; "none" leaves one out'),
    retries: z
      .int()
      .min(0)
      .max(100)
      .default(3)
      .describe("further attempts when a server does not accept a connection"),
    redispatch: z.boolean().default(true).describe("let the last attempt go to another server"),
    user: name()
      .optional()
      .describe(
        "user of the proxy's worker; default tandem, which an apply makes (with engine distro haproxy)",
      ),
    group: name()
      .optional()
      .describe("group of the proxy's worker; default that of the user, with engine distro haproxy"),
    runtimeSocket: runtimeSocket.optional().describe("socket for orders and questions; default none"),
    globalDirectives: directives().describe("further lines of the global section, as in haproxy.cfg"),
    defaultDirectives: directives().describe(
      "further lines of the defaults section, as in haproxy.cfg; they stand behind those of the definition",
    ),
  })
  .meta({ id: "Proxy" });

export const bind = z
  .strictObject({
    address: bindAddress().describe('address to listen on; "*" every IPv4 address, "::" every IPv6 address'),
    port: port.describe("TCP port"),
    tls: bindTls.optional().describe("TLS; default clear text"),
  })
  .meta({ id: "Bind" });

const frontendCommon = {
  name: name().describe("name, unique in the pair"),
  from: sectionName()
    .optional()
    .describe("name of a section of kind defaults that it starts from; default the pair's own defaults"),
  binds: z
    .array(bind)
    .default([])
    .describe("addresses to listen on; one at least, here or as a bind line of directives"),
  defaultBackend: name()
    .optional()
    .describe("name of the backend that gets the traffic; default what the directives say"),
  maxconn: z
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .describe("connections at once; default that of the proxy"),
  logFormat: z
    .enum(["http", "tcp", "short"])
    .optional()
    .describe("format of log lines (option httplog, tcplog, or the short default); default that of the mode"),
  logEmpty: z
    .boolean()
    .default(false)
    .describe("log connections without a request (false is option dontlognull)"),
  directives: directives(),
  clientTimeout: timeout().optional().describe("silence of a client; default that of the proxy"),
};

export const forwardFor = z
  .strictObject({
    except: interfaceAddress()
      .optional()
      .describe("subnet whose clients get no header, e.g. 127.0.0.0/8; default none"),
    header: guarded(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}$(?<![#!'`$~].*)/, "a header name", {
      code: "STACK_TEXT_UNSAFE",
      why: "it would end or change a line of the configuration files",
      hint: 'write e.g. "X-Forwarded-For"',
    })
      .default("X-Forwarded-For")
      .describe("name of the header"),
    ifNone: z.boolean().default(false).describe("true: only when the request has no such header yet"),
  })
  .meta({ id: "ForwardFor" });

export const httpFrontend = z
  .strictObject({
    ...frontendCommon,
    mode: z.literal("http").describe("requests are read"),
    forwardFor: z
      .union([z.boolean(), forwardFor])
      .default(true)
      .describe("tell servers the client's address in X-Forwarded-For"),
    connectionMode: z
      .enum(["keepAlive", "serverClose", "close"])
      .default("keepAlive")
      .describe("keep connections on both sides, only to the client, or not at all"),
    ...httpsFields,
  })
  .meta({ id: "HttpFrontend" });

export const tcpFrontend = z
  .strictObject({
    ...frontendCommon,
    mode: z.literal("tcp").describe("bytes are passed through"),
  })
  .meta({ id: "TcpFrontend" });

export const frontend = z.discriminatedUnion("mode", [httpFrontend, tcpFrontend]);

const rhythm = {
  interval: duration("10ms", "1d").default("2s").describe("time between two checks of a server"),
  rise: z.int().min(1).max(1000).default(2).describe("successes in a row until the server gets traffic"),
  fall: z.int().min(1).max(1000).default(3).describe("failures in a row until it gets none"),
  timeout: timeout()
    .optional()
    .describe("until a check has its answer, once connected; default that of the proxy"),
  port: port.optional().describe("port that is checked; default the server's"),
};

export const healthCheck = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("none").describe("servers count as up for ever") }),
    z.strictObject({ kind: z.literal("tcp").describe("the server accepts a connection"), ...rhythm }),
    z.strictObject({
      kind: z.literal("http").describe("the server answers a request"),
      method: z.enum(["OPTIONS", "HEAD", "GET", "POST"]).default("GET").describe("method of the request"),
      path: word("a path", 'write e.g. "/healthz"')
        .refine((text) => text.startsWith("/"), {
          error: "a path starts with /",
          params: { code: "STACK_TEXT_UNSAFE" },
        })
        .default("/")
        .describe("path of the request"),
      host: word("a host name", 'write e.g. "www.example.org"')
        .optional()
        .describe("Host header, sent with HTTP/1.1; default none and HTTP/1.0"),
      expectStatus: guarded(/^[1-5]\d\d(-[1-5]\d\d)?(,[1-5]\d\d(-[1-5]\d\d)?)*$/, "a list of statuses", {
        code: "STACK_TEXT_UNSAFE",
        hint: 'write e.g. "200" or "200-299,304"',
      })
        .default("200-399")
        .describe("statuses of a healthy server"),
      ...rhythm,
    }),
  ])
  .meta({ id: "HealthCheck" });

export const server = z
  .strictObject({
    name: name().describe("name, unique in the backend"),
    address: ipAddress().describe("IP address"),
    port: port.describe("TCP port"),
    weight: z
      .int()
      .min(0)
      .max(256)
      .default(1)
      .describe("share of the traffic; 0: none but persistent sessions"),
    check: z.boolean().default(true).describe("false: this server is not checked"),
    backup: z.boolean().default(false).describe("true: used only when no other server is up"),
    maxconn: z
      .int()
      .min(1)
      .max(10_000_000)
      .optional()
      .describe("connections at once, the rest waits; default no limit"),
    cookie: cookieValue().describe("value of the backend's cookie; default the server's name"),
    tls: serverTls.optional().describe("TLS towards the server, checks included; default clear text"),
  })
  .meta({ id: "Server" });

export const backend = z
  .strictObject({
    name: name().describe("name, unique in the pair"),
    from: sectionName()
      .optional()
      .describe("name of a section of kind defaults that it starts from; default the pair's own defaults"),
    mode: z.enum(["http", "tcp"]).describe("as that of the frontends that use it"),
    ...balanceFields,
    healthCheck: healthCheck.describe('how servers are checked; say { kind: "none" } to go without'),
    servers: z
      .array(server)
      .default([])
      .describe("servers; one at least, unless the directives say who answers"),
    directives: directives(),
    retries: z.int().min(0).max(100).optional().describe("further attempts; default that of the proxy"),
    redispatch: z
      .boolean()
      .optional()
      .describe("let the last attempt go to another server; default that of the proxy"),
    timeouts: z
      .strictObject({
        connect: timeout().optional().describe("default that of the proxy"),
        server: timeout().optional().describe("default that of the proxy"),
        queue: timeout().optional().describe("default that of the proxy"),
        tunnel: timeout().optional().describe("default that of the proxy"),
      })
      .prefault({})
      .describe("deadlines of this backend"),
  })
  .meta({ id: "Backend" });
