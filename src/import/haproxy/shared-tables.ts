import { type Field, field, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { Statement } from "../statement.ts";
import { wholeNumber } from "../words.ts";
import type { Section } from "./sections.ts";

/** What a pair's shared stick tables make of the sections. */
export interface SharedTables {
  readonly fields: readonly Field[];
  /** The sections without what the field says. */
  readonly sections: readonly Section[];
}

/**
 * A peers section that names the two nodes and nobody else, and that all stick tables use, is the field
 * `sharedTables`. Any other one stands as it is. `own`: the nodes' own addresses.
 */
export function findSharedTables(
  sections: readonly Section[],
  own: readonly (string | undefined)[],
  notes: Notes,
): SharedTables {
  const as = { fields: [], sections };
  const [peers, ...others] = sections.filter(({ kind }) => kind === "peers");
  if (peers === undefined || others.length > 0) return as;
  const [first, second, ...more] = peers.body.map(peerOf);
  if (first === undefined || second === undefined || more.length > 0) return as;
  const named = [first.address, second.address].sort().join();
  if (first.port !== second.port || named !== [...own].sort().join()) return as;
  const tables = sections.flatMap(({ body }) => body.filter(({ words }) => words[0] === "stick-table"));
  if (tables.length === 0 || !tables.every((table) => peersOf(table) === peers.name)) return as;
  notes.translated(
    peers.head,
    `peers ${peers.name} is sharedTables now: each node is a peer of its own name`,
    {
      why: "the packet filter lets nobody but the other node speak to the port",
      hint: "change both hosts soon after each other: in between they do not exchange their tables",
    },
  );
  return {
    fields: [field("sharedTables", treeOf({ port: first.port }), peers.head, ...peers.body)],
    sections: sections
      .filter((section) => section !== peers)
      .map((section) => ({
        ...section,
        body: section.body.flatMap((line) => lonely(line, [first, second])),
      })),
  };
}

interface Peer {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** `peer NAME ADDRESS:PORT` and nothing more. */
function peerOf({ words }: Statement): Peer | undefined {
  const [keyword, name, place = "", ...more] = words;
  const [, address, digits] = /^(?:ipv[46]@)?(.+):(\d+)$/.exec(place) ?? [];
  const port = wholeNumber(digits, 1, 65_535);
  if (keyword !== "peer" || more.length > 0 || name === undefined || address === undefined) return undefined;
  return port === undefined ? undefined : { name, address, port };
}

function peersOf({ words }: Statement): string | undefined {
  const at = words.indexOf("peers");
  return at < 0 ? undefined : words[at + 1];
}

/** A line without the peers of its table, and without which of them the host is. */
function lonely(line: Statement, peers: readonly Peer[]): readonly Statement[] {
  const [keyword, name] = line.words;
  if (keyword === "localpeer" && peers.some((peer) => peer.name === name)) return [];
  const at = line.words.indexOf("peers");
  if (keyword !== "stick-table" || at < 0) return [line];
  const without = <T>(words: readonly T[]): readonly T[] => [...words.slice(0, at), ...words.slice(at + 2)];
  return [{ ...line, words: without(line.words), raws: without(line.raws) }];
}
