import type { DaemonStatus } from "../../host/daemon-status.ts";

/** Counters of one host that a soak watches; all of them only rise while the daemon lives. */
export interface Counters {
  readonly requests: number;
  readonly errors5xx: number;
  readonly retries: number;
  readonly refused: number;
}

export const noCounters: Counters = { requests: 0, errors5xx: 0, retries: 0, refused: 0 };

/**
 * What tandemd counted since its start, over reloads: requests and answers with 5xx of the frontends
 * (connections of those in tcp mode), retries and requests without any server of the backends.
 */
export function countersOf(status: DaemonStatus): Counters {
  const frontends = status.proxy?.frontends ?? [];
  const backends = status.proxy?.backends ?? [];
  return {
    requests: sum(frontends.map(({ requests }) => requests)),
    errors5xx: sum(frontends.map(({ traffic }) => traffic?.hrsp_5xx ?? 0)),
    retries: sum(backends.map(({ traffic }) => traffic?.wretr ?? 0)),
    refused: sum(backends.map(({ traffic }) => traffic?.econ ?? 0)),
  };
}

/** What was added; a daemon that was restarted counts from nothing again. */
export function added(before: Counters, after: Counters): Counters {
  const step = (key: keyof Counters): number =>
    after[key] >= before[key] ? after[key] - before[key] : after[key];
  return {
    requests: step("requests"),
    errors5xx: step("errors5xx"),
    retries: step("retries"),
    refused: step("refused"),
  };
}

export function total(all: readonly Counters[]): Counters {
  const of = (key: keyof Counters): number => sum(all.map((one) => one[key]));
  return {
    requests: of("requests"),
    errors5xx: of("errors5xx"),
    retries: of("retries"),
    refused: of("refused"),
  };
}

/** When each server last changed between up and down, by `backend/server`. */
export function serverChanges(status: DaemonStatus): ReadonlyMap<string, number> {
  return new Map(
    (status.proxy?.backends ?? []).flatMap(({ name, servers }) =>
      servers.map((server) => [`${name}/${server.name}`, server.since] as const),
    ),
  );
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
