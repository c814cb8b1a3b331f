import type { ResolvedNode, ResolvedPair } from "../../stack/index.ts";
import { bindWord } from "./bind-word.ts";

/** Name of the peers section of a pair. */
const PEERS = "tandem";

/** The section that names both nodes, the same on both. */
export function peersSection({ sharedTables, nodes }: ResolvedPair): object[] {
  if (sharedTables === undefined) return [];
  const { port } = sharedTables;
  const lines = nodes.map(
    (node) => `peer ${node.name} ${bindWord({ kind: "ip", ip: ownAddress(node) }, port)}`,
  );
  return [{ name: `peers ${PEERS}`, lines }];
}

/** Which of them this node is. */
export function localPeer({ sharedTables }: ResolvedPair, node: ResolvedNode): string[] {
  return sharedTables === undefined ? [] : [`localpeer ${node.name}`];
}

/** Lines of a section; a stick table that names no peers is shared by those of the pair. */
export function sharing({ sharedTables }: ResolvedPair): (line: string) => string {
  if (sharedTables === undefined) return (line) => line;
  return (line) =>
    /^\s*stick-table\s/.test(line) && !/\speers\s/.test(line) ? `${line} peers ${PEERS}` : line;
}

/** Nobody but the other node speaks with the port of the tables. */
export function tableRules({ sharedTables, nodes }: ResolvedPair, node: ResolvedNode): string[] {
  if (sharedTables === undefined) return [];
  const other = nodes.find(({ name }) => name !== node.name) ?? node;
  const own = ownAddress(node);
  const ip = own.family === "ipv4" ? "ip" : "ip6";
  const port = `${ip} daddr ${own.text} tcp dport ${sharedTables.port}`;
  return [`iifname != "lo" ${port} ${ip} saddr != ${ownAddress(other).text} drop`];
}

function ownAddress(node: ResolvedNode): ResolvedNode["addresses"][number]["address"]["address"] {
  const [own] = node.addresses;
  if (own === undefined) throw new RangeError(`node ${node.name} has no address`);
  return own.address.address;
}
