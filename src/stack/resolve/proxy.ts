import { parseIp } from "../schema/address.ts";
import { type Duration, durationMs } from "../schema/duration.ts";
import type { BackendData, FrontendData, PairData } from "../schema/stack.ts";
import { present } from "./present.ts";
import type {
  BindAddress,
  CertificatePlace,
  ResolvedBackend,
  ResolvedBindTls,
  ResolvedFrontend,
  ResolvedHealthCheck,
  ResolvedProxy,
  ResolvedRuntimeSocket,
} from "./resolved.ts";

/** A bind address taken apart, or undefined; `::` and `*` are the wildcards of their families. */
export function parseBindAddress(text: string): BindAddress | undefined {
  if (text === "*" || text === "0.0.0.0") return { kind: "any4" };
  const ip = parseIp(text);
  if (ip === undefined) return undefined;
  return ip.text === "::" ? { kind: "any6" } : { kind: "ip", ip };
}

/** The schema has accepted the text, so a failure here is a defect of the schema. */
export function resolveBindAddress(text: string): BindAddress {
  const address = parseBindAddress(text);
  if (address === undefined) throw new RangeError(`not a bind address: ${text}`);
  return address;
}

export function resolveProxy(proxy: PairData["proxy"]): ResolvedProxy {
  return present({
    maxconn: proxy.maxconn === "auto" ? undefined : proxy.maxconn,
    logs: proxy.logs,
    timeoutsMs: milliseconds(proxy.timeouts),
    retries: proxy.retries,
    redispatch: proxy.redispatch,
    user: proxy.user,
    group: proxy.group,
    runtimeSocket: proxy.runtimeSocket === undefined ? undefined : resolveSocket(proxy.runtimeSocket),
    globalDirectives: proxy.globalDirectives,
    defaultDirectives: proxy.defaultDirectives,
  });
}

function resolveSocket(wish: NonNullable<PairData["proxy"]["runtimeSocket"]>): ResolvedRuntimeSocket {
  const { timeout, ...rest } = wish;
  return present({ ...rest, timeoutMs: timeout === undefined ? undefined : durationMs(timeout) });
}

export function resolveFrontend(
  frontend: FrontendData,
  certificates: PairData["certificates"],
): ResolvedFrontend {
  const http = frontend.mode === "http" ? frontend : undefined;
  const wish = http?.forwardFor ?? false;
  const forwardFor = wish === true ? { header: "X-Forwarded-For", ifNone: false } : wish;
  return present({
    name: frontend.name,
    from: frontend.from,
    mode: frontend.mode,
    binds: frontend.binds.map(({ address, port, tls }) =>
      present({
        address: resolveBindAddress(address),
        port,
        tls: tls === undefined ? undefined : resolveTls(tls, certificates),
      }),
    ),
    defaultBackend: frontend.defaultBackend,
    maxconn: frontend.maxconn,
    logFormat: frontend.logFormat ?? frontend.mode,
    logEmpty: frontend.logEmpty,
    clientTimeoutMs: frontend.clientTimeout === undefined ? undefined : durationMs(frontend.clientTimeout),
    forwardFor: forwardFor === false ? undefined : present(forwardFor),
    directives: frontend.directives,
    connectionMode: http?.connectionMode ?? "keepAlive",
    redirectToHttps: http?.redirectToHttps ?? false,
    hstsSeconds: http?.hsts === undefined ? undefined : Math.floor(durationMs(http.hsts) / 1000),
  });
}

type BindTls = NonNullable<FrontendData["binds"][number]["tls"]>;

export function resolveTls(tls: BindTls, known: PairData["certificates"]): ResolvedBindTls {
  const files = tls.certificates.flatMap((name): CertificatePlace[] => {
    const certificate = known.find((one) => one.name === name);
    if (certificate === undefined) return [];
    return [certificate.kind === "hostFile" ? { path: certificate.path } : { released: `${name}.pem` }];
  });
  const { clientCertificates } = tls;
  return present({
    certificates: files,
    alpn: tls.alpn ?? [],
    minVersion: tls.minVersion,
    strictSni: tls.strictSni,
    clientCertificates: clientCertificates === undefined ? undefined : present(clientCertificates),
  });
}

export function resolveBackend(backend: BackendData): ResolvedBackend {
  return present({
    name: backend.name,
    from: backend.from,
    mode: backend.mode,
    balance: balanceWords(backend),
    cookie: backend.cookie,
    healthCheck: resolveCheck(backend.healthCheck),
    servers: backend.servers.map((server) => {
      const address = parseIp(server.address);
      if (address === undefined) throw new RangeError(`not an IP address: ${server.address}`);
      const tls = server.tls === undefined ? undefined : present(server.tls);
      const cookie = backend.cookie === undefined ? undefined : (server.cookie ?? server.name);
      return present({ ...server, address, tls, cookie });
    }),
    directives: backend.directives,
    retries: backend.retries,
    redispatch: backend.redispatch,
    timeoutsMs: milliseconds(backend.timeouts),
  });
}

function balanceWords({ balance, balanceOn = "" }: BackendData): string {
  switch (balance) {
    case "url_param":
      return `url_param ${balanceOn}`;
    case "hdr":
      return `hdr(${balanceOn})`;
    default:
      return balance;
  }
}

function resolveCheck(check: BackendData["healthCheck"]): ResolvedHealthCheck {
  if (check.kind === "none") return check;
  const { interval, timeout, ...rest } = check;
  return present({
    ...rest,
    intervalMs: durationMs(interval),
    timeoutMs: timeout === undefined ? undefined : durationMs(timeout),
  }) as ResolvedHealthCheck;
}

function milliseconds<K extends string>(
  durations: Readonly<Partial<Record<K, Duration | "none" | undefined>>>,
): Partial<Record<K, number>> {
  const entries = Object.entries(durations) as [K, Duration | "none" | undefined][];
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      value === undefined || value === "none" ? [] : [[key, durationMs(value)]],
    ),
  ) as Partial<Record<K, number>>;
}
