import type { DaemonStatus } from "../../host/index.ts";
import type { NodeSeen, PairSeen } from "./look.ts";

/** A virtual address and who holds it. */
export interface Holding {
  readonly instance: string;
  readonly address: string;
  readonly holders: readonly string[];
}

/** Every virtual address that a host of the pair knows of. */
export function holdings({ nodes }: PairSeen): readonly Holding[] {
  const found = new Map<string, { instance: string; address: string; holders: string[] }>();
  for (const { node, status } of nodes) {
    for (const instance of status?.vrrp?.instances ?? []) {
      for (const address of instance.addresses) {
        const key = `${instance.name} ${address}`;
        const holding = found.get(key) ?? { instance: instance.name, address, holders: [] };
        if (instance.held.includes(address)) holding.holders.push(node);
        found.set(key, holding);
      }
    }
  }
  return [...found.values()];
}

const isUp = (state: string) => /^(UP|no check)/.test(state);

/** What is not well with a pair, in words; empty when all is. */
export function troubles(pair: PairSeen): readonly string[] {
  const addresses = holdings(pair).flatMap(({ address, holders }) => {
    if (holders.length === 1) return [];
    return holders.length === 0
      ? [`${address} is held by no host`]
      : [`${address} is held by ${holders.join(" and ")} at once`];
  });
  return [...addresses, ...pair.nodes.flatMap(troublesOf)];
}

function troublesOf({ node, status, problem }: NodeSeen): readonly string[] {
  if (status === undefined) return [`${node}: ${problem}`];
  const instances = (status.vrrp?.instances ?? []).flatMap((one) => {
    const fault = one.state === "FAULT" ? [`${node}: ${one.name} is in FAULT`] : [];
    const unheard = one.heardByPeer === false ? [`${node}: nobody hears ${one.name}`] : [];
    return [...fault, ...unheard, ...one.reasons.map((reason) => `${node}: ${one.name}: ${reason}`)];
  });
  const frontends = (status.proxy?.frontends ?? [])
    .filter(({ listening }) => !listening)
    .map(({ name }) => `${node}: frontend ${name} does not listen`);
  return [...instances, ...frontends, ...down(node, status)];
}

function down(node: string, status: DaemonStatus): readonly string[] {
  return (status.proxy?.backends ?? []).flatMap(({ name, servers }) =>
    servers
      .filter(({ state }) => !isUp(state))
      .map(({ name: server, state, check }) => {
        return `${node}: ${name}/${server} is ${state}${check === null ? "" : ` (${check})`}`;
      }),
  );
}

export interface Load {
  readonly connections: number;
  /** Requests so far. */
  readonly requests: number;
  readonly serversUp: number;
  readonly servers: number;
}

export function loadOf(status: DaemonStatus): Load {
  const frontends = status.proxy?.frontends ?? [];
  const servers = (status.proxy?.backends ?? []).flatMap((backend) => backend.servers);
  return {
    connections: frontends.reduce((sum, { connections }) => sum + connections, 0),
    requests: frontends.reduce((sum, { requests }) => sum + requests, 0),
    serversUp: servers.filter(({ state }) => isUp(state)).length,
    servers: servers.length,
  };
}
