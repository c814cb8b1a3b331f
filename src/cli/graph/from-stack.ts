import type { ResolvedPair, ResolvedStack } from "../../stack/index.ts";
import type { PairPicture, Topology } from "./model.ts";

const endpoint = (address: string, port: number) =>
  address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;

type Bind = ResolvedPair["frontends"][number]["binds"][number];

function bindText(bind: Bind): string {
  switch (bind.address.kind) {
    case "any4":
      return `*:${bind.port}`;
    case "any6":
      return `[::]:${bind.port}`;
    case "ip":
      return endpoint(bind.address.ip.text, bind.port);
  }
}

function pairPicture(pair: ResolvedPair): PairPicture {
  return {
    name: pair.name,
    nodes: pair.nodes.map((n) => ({ name: n.name, address: n.connection.address })),
    vips: pair.instances.flatMap((i) =>
      [...i.vips, ...i.excludedVips].map((v) => ({
        address: v.address.text,
        instance: i.name,
        master: i.master,
      })),
    ),
    frontends: pair.frontends.map((f) => ({
      name: f.name,
      mode: f.mode,
      binds: f.binds.map(bindText),
      ...(f.defaultBackend === undefined ? {} : { backend: f.defaultBackend }),
    })),
    backends: pair.backends.map((b) => ({
      name: b.name,
      balance: b.balance,
      servers: b.servers.map((s) => ({ name: s.name, address: endpoint(s.address.text, s.port) })),
    })),
  };
}

/** What a picture of the stack shows. */
export function topologyOf(stack: ResolvedStack): Topology {
  return { stack: stack.name, pairs: stack.pairs.map(pairPicture) };
}
