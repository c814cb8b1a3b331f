import type { DaemonStatus } from "../../host/index.ts";
import type { StatLine } from "./csv.ts";

/** A frontend, backend or server of one host as it is; what is not known is absent. */
export interface Row {
  readonly kind: "frontend" | "backend" | "server";
  readonly proxy: string;
  /** Name of the server. */
  readonly server?: string;
  readonly state: string;
  /** Requests of the last second, or sessions where none are read. */
  readonly rate?: number;
  readonly sessions: number;
  readonly queue?: number;
  /** Milliseconds, averages of the last 1024 requests. */
  readonly connectMs?: number;
  readonly responseMs?: number;
  readonly totalMs?: number;
  /** Requests that were none, connections and responses that failed. */
  readonly errors?: number;
  /** Responses of class 5xx. */
  readonly failures?: number;
  readonly check?: string;
}

const KINDS: Readonly<Record<string, Row["kind"]>> = { "0": "frontend", "1": "backend", "2": "server" };

/** Rows of `show stat`; listeners are left out, as their frontend has their sums. */
export function rowsOfStat(lines: readonly StatLine[]): readonly Row[] {
  return lines.flatMap((line): Row[] => {
    const kind = KINDS[line.type ?? ""];
    if (kind === undefined) return [];
    const number = (name: string): number | undefined => {
      const value = Number(line[name]);
      return line[name] === undefined || !Number.isFinite(value) ? undefined : value;
    };
    const failed = ["ereq", "econ", "eresp"].flatMap((name) => number(name) ?? []);
    return [
      defined({
        kind,
        proxy: printable(line.pxname ?? ""),
        server: kind === "server" ? printable(line.svname ?? "") : undefined,
        state: printable(line.status ?? ""),
        rate: number("req_rate") ?? number("rate"),
        sessions: number("scur") ?? 0,
        queue: number("qcur"),
        connectMs: number("ctime"),
        responseMs: number("rtime"),
        totalMs: number("ttime"),
        errors: failed.length === 0 ? undefined : failed.reduce((sum, count) => sum + count, 0),
        failures: number("hrsp_5xx"),
        check: line.check_status === undefined ? undefined : printable(line.check_status),
      }),
    ];
  });
}

/** What the daemon's status tells, where there is no runtime socket. */
export function rowsOfStatus({ proxy }: DaemonStatus): readonly Row[] {
  if (proxy === null) return [];
  const frontends = proxy.frontends.map(
    ({ name, listening, connections, traffic }): Row => ({
      kind: "frontend",
      proxy: printable(name),
      state: listening ? "OPEN" : "STOP",
      sessions: connections,
      errors: traffic?.ereq ?? 0,
      failures: traffic?.hrsp_5xx ?? 0,
    }),
  );
  const servers = proxy.backends.flatMap(({ name, servers }) =>
    servers.map(
      ({ name: server, state, check, connections }): Row => ({
        kind: "server",
        proxy: printable(name),
        server: printable(server),
        state: printable(state),
        sessions: connections,
        ...(check === null ? {} : { check: printable(check) }),
      }),
    ),
  );
  return [...frontends, ...servers];
}

/** Nothing that a host says moves the cursor. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "?");
}

function defined(row: { readonly [K in keyof Row]: Row[K] | undefined }): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as unknown as Row;
}
