import { type Field, field, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import { isIp } from "../words.ts";
import { type Member, onePeer } from "./member.ts";
import { type Block, inside, keyword } from "./tree.ts";

/** How adverts of an instance reach the others, as the definition writes it. */
export type Transport =
  | { readonly kind: "multicast"; readonly group4?: string }
  | { readonly kind: "unicast"; readonly peers?: readonly string[] };

export const multicast = (group4: string | undefined): Transport => ({
  kind: "multicast",
  ...(group4 === undefined ? {} : { group4 }),
});

/** `own` and `other`: the instance as the two nodes have it. */
export function transportOf(own: Member, other: Member, group4: string | undefined): Transport {
  if (own.peers.length === 0) return multicast(group4);
  // Where the second file was not given, the first peer is the other node.
  const second = other.source === own.source ? onePeer(own) : (other.source ?? onePeer(own));
  const first = own.source ?? onePeer(other);
  const peers = [...new Set([...own.peers, ...other.peers])].filter(
    (peer) => peer !== first && peer !== second && isIp(peer),
  );
  return { kind: "unicast", ...(peers.length === 0 ? {} : { peers }) };
}

/** The field where it says something: multicast to the usual group is what a definition means without it. */
export function transportField(transport: Transport, usual: Transport): readonly Field[] {
  if (JSON.stringify(transport) === JSON.stringify(usual)) return [];
  return [field("transport", treeOf(transport))];
}

/** What lines of unicast_peer say beside an address. */
export function tellPeerOptions(instance: Block, notes: Notes): void {
  for (const line of inside(instance.block ?? [], "unicast_peer"))
    if (line.words.length > 1)
      notes.lost(line, `${line.words.slice(1).join(" ")} of the peer ${keyword(line)} has no field`, {
        why: "peers of a definition are addresses",
        hint: 'leave it out, or keep strangers away with firewall: { vrrp: "peers" }',
      });
}
