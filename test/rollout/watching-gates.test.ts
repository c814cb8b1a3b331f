import { expect, test } from "vitest";
import type { Connection, DaemonStatus } from "../../src/host/index.ts";
import { hostError } from "../../src/host/problem.ts";
import { settlePairs } from "../../src/rollout/gate/settle.ts";
import { idleStatus } from "../host/idle-status.ts";
import { ask, Daemons, nodes, pair, START, stage, stateOf } from "./ask-gate.ts";

// Gates that look at the daemons of all hosts; the hosts here say what a test makes them say.

const budget = { errors5xx: 0.1, retries: 0.01, refused: 0, checkFlaps: 0 };
const soak = { kind: "soak", duration: "3s", every: "100ms", minRequests: 0, budget } as const;
const state = async () => stateOf(...nodes);

/** A daemon that has served so much; `since` is the last change of its server. */
function serving(requests: number, errors: number, since = 0): DaemonStatus {
  return {
    ...idleStatus,
    proxy: {
      frontends: [
        {
          name: "www",
          mode: "http",
          binds: [],
          listening: true,
          connections: 0,
          requests,
          traffic: { hrsp_5xx: errors },
        },
      ],
      backends: [
        {
          name: "web",
          mode: "http",
          servers: [
            {
              name: "web-1",
              address: "",
              state: "UP",
              weight: 1,
              check: "L7OK",
              connections: 0,
              since,
            },
          ],
        },
      ],
    },
  };
}

test("a soak counts what both hosts served since it began, and passes within its budget", async () => {
  const { open } = new Daemons((_, look) => serving(1000 + 10 * look, 50));
  const { verdict, record } = await ask(soak, { state, open });
  expect(verdict.outcome).toBe("passed");
  // What was counted before it began is nobody's fault now.
  expect(verdict.detail).toMatch(/^3s: \d+ requests, 0 5xx, 0 retries, 0 refused, 0 flaps$/);
  expect(Object.keys(record.attempt?.soak?.counters ?? {})).toHaveLength(2);
});

test("a soak fails at once over its budget, on servers that come and go, and on a silent host", async () => {
  const errors = new Daemons((_, look) => serving(10 * look, 5 * look));
  expect((await ask(soak, { state, open: errors.open })).verdict).toMatchObject({
    outcome: "failed",
    detail: expect.stringMatching(/^5xx 50 % of \d+ requests, allowed 10 %$/),
  });
  const flapping = new Daemons((_, look) => serving(10 * look, 0, look > 3 ? START + 2000 : 0));
  expect((await ask(soak, { state, open: flapping.open })).verdict).toEqual({
    outcome: "failed",
    detail: "servers went up or down 2 times, allowed 0",
  });
  const silent = new Daemons((host) => (host === "lb-b" ? undefined : serving(1, 0)));
  expect((await ask(soak, { state, open: silent.open })).verdict).toEqual({
    outcome: "failed",
    detail: `no status from ${pair.name}/lb-b`,
  });
  const lost = (connection: Connection) => {
    const host = silent.open(connection);
    const shell = () => Promise.reject(hostError("lb-b", "HOST_UNREACHABLE", "10.0.0.12:22 did not answer"));
    return connection.name === "lb-b" ? { ...host, shell } : host;
  };
  expect((await ask(soak, { state, open: lost })).verdict).toEqual({
    outcome: "failed",
    detail: `no status from ${pair.name}/lb-b (10.0.0.12:22 did not answer)`,
  });
  const quiet = new Daemons(() => serving(5, 0));
  expect((await ask({ ...soak, minRequests: 10 }, { state, open: quiet.open })).verdict).toEqual({
    outcome: "failed",
    detail: "0 requests in 3s, 10 are needed to judge",
  });
});

test("a soak that was killed goes on with the time and the counters of its beginning", async () => {
  const attempt = {
    run: "r",
    owner: "ann",
    release: "rel",
    state: "rolling" as const,
    began: new Date(START).toISOString(),
    gates: [],
    soak: {
      gate: 0,
      since: new Date(START - 3600_000).toISOString(),
      counters: { [`${pair.name}/lb-a`]: { requests: 100 }, [`${pair.name}/lb-b`]: { requests: 100 } },
    },
  };
  const { open } = new Daemons(() => serving(150, 0));
  const { verdict, record } = await ask(soak, { state, open }, { attempt });
  expect(verdict.detail).toBe("3s: 100 requests, 0 5xx, 0 retries, 0 refused, 0 flaps");
  // Nothing is begun a second time.
  expect(record.attempt?.soak).toBeUndefined();
});

const leading = (state: "MASTER" | "BACKUP" | "FAULT"): DaemonStatus => ({
  ...idleStatus,
  vrrp: {
    instances: [
      {
        name: "VI_1",
        state,
        reasons: [],
        interface: "eth0",
        virtualRouterId: 51,
        version: 3,
        family: "ipv4",
        priority: 254,
        effectivePriority: 254,
        advertIntervalMs: 1000,
        addresses: [],
        held: [],
        master: null,
        lastAdvertHeardMs: null,
        since: 0,
        transitions: 1,
        counters: {},
      },
    ],
  },
});

test("after a failed change the preferred master leads again, or it is told who leads and why", async () => {
  const settle = (say: (host: string, look: number) => DaemonStatus) => {
    const daemons = new Daemons(say);
    return settlePairs(stage, stateOf(...nodes), [pair.name], daemons.open);
  };
  expect(await settle(() => leading("MASTER"))).toEqual([]);
  expect(await settle((_, look) => leading(look < 3 ? "BACKUP" : "MASTER"))).toEqual([
    `${pair.name}: lb-a leads VI_1 again`,
  ]);
  expect(await settle((host) => leading(host === "lb-a" ? "FAULT" : "MASTER"))).toEqual([
    `${pair.name}: lb-a is not well, lb-b leads`,
  ]);
});
