import type {
  ResolvedBackend,
  ResolvedFrontend,
  ResolvedHealthCheck,
  ResolvedNode,
  ResolvedPair,
  ResolvedRuntimeSocket,
  ResolvedSection,
  ResolvedServer,
} from "../../stack/index.ts";
import { bindWord } from "./bind-word.ts";
import { localPeer, peersSection, sharing } from "./shared-tables.ts";
import { pageBind, pageLines, pageSection } from "./statistics.ts";
import { haproxyTime } from "./time.ts";
import { bindTlsWords, httpsLines, serverTlsWords } from "./tls.ts";

/** Model of templates/haproxy.cfg.hbs for one node. */
export function haproxyModel(pair: ResolvedPair, node: ResolvedNode, engineLines: readonly string[]): object {
  const { statistics } = pair;
  const bind = pageBind(pair, node);
  const page =
    statistics === undefined || bind === undefined
      ? undefined
      : pageSection(statistics, bindWord(bind.address, bind.port));
  const own = (frontend: ResolvedFrontend): readonly string[] =>
    statistics?.at.kind === "frontend" && statistics.at.frontend === frontend.name
      ? pageLines(statistics)
      : [];
  const shared = sharing(pair);
  return {
    pair: pair.name,
    node: node.name,
    global: [...localPeer(pair, node), ...globalLines(pair, engineLines)],
    defaults: defaultsLines(pair),
    // Named defaults stand in front: what names none starts from the last ones, the pair's own.
    named: pair.sections.filter(({ kind }) => kind === "defaults").map(section),
    frontends: pair.frontends.map((frontend) => ({
      name: header(frontend),
      lines: frontendLines(frontend, own(frontend)).map(shared),
    })),
    backends: pair.backends.map((backend) => ({
      name: header(backend),
      lines: backendLines(backend).map(shared),
    })),
    sections: [
      ...(page === undefined ? [] : [page]),
      ...peersSection(pair),
      ...pair.sections
        .filter(({ kind }) => kind !== "defaults")
        .map((wish) => section({ ...wish, directives: wish.directives.map(shared) })),
    ],
  };
}

/** Name and base of a section, as they stand behind the word that opens it. */
function header({ name, from }: { readonly name: string; readonly from?: string }): string {
  return from === undefined ? name : `${name} from ${from}`;
}

function section(wish: ResolvedSection): object {
  return { name: `${wish.kind} ${header(wish)}`, lines: wish.directives };
}

/** What stands in `global`, but for the name of this peer; `engineLines` are what the engine adds. */
export function globalLines({ proxy }: ResolvedPair, engineLines: readonly string[]): string[] {
  return [
    ...proxy.logs.map((log) => `log ${log.address} ${log.facility} ${log.level}`),
    ...(proxy.maxconn === undefined ? [] : [`maxconn ${proxy.maxconn}`]),
    ...(proxy.user === undefined ? [] : [`user ${proxy.user}`]),
    ...(proxy.group === undefined ? [] : [`group ${proxy.group}`]),
    ...(proxy.runtimeSocket === undefined ? [] : socketLines(proxy.runtimeSocket)),
    ...engineLines,
    ...proxy.globalDirectives,
  ];
}

function socketLines(socket: ResolvedRuntimeSocket): string[] {
  const words = [
    `stats socket ${socket.path} mode ${socket.mode}`,
    ...(socket.user === undefined ? [] : [`user ${socket.user}`]),
    ...(socket.group === undefined ? [] : [`group ${socket.group}`]),
    `level ${socket.level}`,
    ...(socket.exposeListeners ? ["expose-fd listeners"] : []),
  ];
  return [
    words.join(" "),
    ...(socket.timeoutMs === undefined ? [] : [`stats timeout ${haproxyTime(socket.timeoutMs)}`]),
    ...(socket.maxconn === undefined ? [] : [`stats maxconn ${socket.maxconn}`]),
  ];
}

const TIMEOUTS = {
  connect: "connect",
  client: "client",
  server: "server",
  queue: "queue",
  httpRequest: "http-request",
  httpKeepAlive: "http-keep-alive",
  check: "check",
  tunnel: "tunnel",
  clientFin: "client-fin",
  serverFin: "server-fin",
} as const;

function timeoutLines(timeouts: Readonly<Partial<Record<keyof typeof TIMEOUTS, number>>>): string[] {
  return Object.entries(TIMEOUTS).flatMap(([key, word]) => {
    const ms = timeouts[key as keyof typeof TIMEOUTS];
    return ms === undefined ? [] : [`timeout ${word} ${haproxyTime(ms)}`];
  });
}

function defaultsLines({ proxy }: ResolvedPair): string[] {
  return [
    "log global",
    `retries ${proxy.retries}`,
    ...(proxy.redispatch ? ["option redispatch"] : []),
    ...timeoutLines(proxy.timeoutsMs),
    ...proxy.defaultDirectives,
  ];
}

function frontendLines(frontend: ResolvedFrontend, page: readonly string[]): string[] {
  const { forwardFor } = frontend;
  return [
    `mode ${frontend.mode}`,
    ...frontend.binds.map(
      (bind) => `bind ${[bindWord(bind.address, bind.port), ...bindTlsWords(bind.tls)].join(" ")}`,
    ),
    ...(frontend.logFormat === "short" ? [] : [`option ${frontend.logFormat}log`]),
    ...(frontend.logEmpty ? [] : ["option dontlognull"]),
    ...(forwardFor === undefined ? [] : [forwardForLine(forwardFor)]),
    ...connectionLines(frontend),
    ...(frontend.maxconn === undefined ? [] : [`maxconn ${frontend.maxconn}`]),
    ...(frontend.clientTimeoutMs === undefined
      ? []
      : [`timeout client ${haproxyTime(frontend.clientTimeoutMs)}`]),
    ...httpsLines(frontend),
    ...page,
    ...frontend.directives,
    ...(frontend.defaultBackend === undefined ? [] : [`default_backend ${frontend.defaultBackend}`]),
  ];
}

function connectionLines(frontend: ResolvedFrontend): string[] {
  switch (frontend.connectionMode) {
    case "keepAlive":
      return [];
    case "serverClose":
      return ["option http-server-close"];
    case "close":
      return ["option httpclose"];
  }
}

function forwardForLine(wish: NonNullable<ResolvedFrontend["forwardFor"]>): string {
  return [
    "option forwardfor",
    ...(wish.except === undefined ? [] : [`except ${wish.except}`]),
    ...(wish.header === "X-Forwarded-For" ? [] : [`header ${wish.header}`]),
    ...(wish.ifNone ? ["if-none"] : []),
  ].join(" ");
}

function backendLines(backend: ResolvedBackend): string[] {
  return [
    `mode ${backend.mode}`,
    `balance ${backend.balance}`,
    ...(backend.cookie === undefined ? [] : [cookieLine(backend.cookie)]),
    ...(backend.retries === undefined ? [] : [`retries ${backend.retries}`]),
    ...(backend.redispatch === undefined ? [] : [`${backend.redispatch ? "" : "no "}option redispatch`]),
    ...timeoutLines(backend.timeoutsMs),
    ...checkLines(backend.healthCheck),
    ...backend.directives,
    ...backend.servers.map((server) => serverLine(server, backend.healthCheck)),
  ];
}

function cookieLine(cookie: NonNullable<ResolvedBackend["cookie"]>): string {
  const words = { indirect: cookie.indirect, nocache: cookie.nocache, httponly: cookie.httpOnly };
  const flags = Object.entries({ ...words, secure: cookie.secure }).filter(([, wanted]) => wanted);
  return [`cookie ${cookie.name} insert`, ...flags.map(([word]) => word)].join(" ");
}

function checkLines(check: ResolvedHealthCheck): string[] {
  if (check.kind === "none") return [];
  const rhythm = [`inter ${haproxyTime(check.intervalMs)}`, `rise ${check.rise}`, `fall ${check.fall}`];
  if (check.port !== undefined) rhythm.push(`port ${check.port}`);
  return [
    ...(check.timeoutMs === undefined ? [] : [`timeout check ${haproxyTime(check.timeoutMs)}`]),
    ...(check.kind === "http" ? httpCheckLines(check) : []),
    `default-server ${rhythm.join(" ")}`,
  ];
}

function httpCheckLines(check: Extract<ResolvedHealthCheck, { kind: "http" }>): string[] {
  const version = check.host === undefined ? "" : " HTTP/1.1";
  return [
    `option httpchk ${check.method} ${check.path}${version}`,
    ...(check.host === undefined ? [] : [`http-check send hdr Host ${check.host}`]),
    `http-check expect status ${check.expectStatus}`,
  ];
}

function serverLine(server: ResolvedServer, check: ResolvedHealthCheck): string {
  const host = server.address.family === "ipv4" ? server.address.text : `[${server.address.text}]`;
  return [
    `server ${server.name} ${host}:${server.port}`,
    ...(server.weight === 1 ? [] : [`weight ${server.weight}`]),
    ...(server.maxconn === undefined ? [] : [`maxconn ${server.maxconn}`]),
    ...(check.kind !== "none" && server.check ? ["check"] : []),
    ...(server.backup ? ["backup"] : []),
    ...(server.cookie === undefined ? [] : [`cookie ${server.cookie}`]),
    ...serverTlsWords(server.tls),
  ].join(" ");
}
