import type { Notes } from "../notes.ts";
import type { Common } from "./common.ts";
import type { Globals } from "./global.ts";
import { type Member, memberOf } from "./member.ts";
import { transportOf } from "./transport.ts";
import { type Block, named } from "./tree.ts";

/** Who is master, and with which priorities: as the files of both say, or the other node as the one implies. */
export function rolesOf(
  block: Block,
  router: { readonly second: readonly Block[] | undefined; readonly globals: Globals },
  names: readonly [string, string],
  notes: Notes,
): Pick<Common, "master" | "members" | "transport"> {
  const own = memberOf(block);
  const twin = named(router.second ?? [], "vrrp_instance").find(({ words }) => words[1] === block.words[1]);
  if (router.second !== undefined && twin === undefined)
    notes.lost(block, `the instance ${block.words[1]} stands in this file alone`, {
      why: "without it on the other node its addresses do not fail over",
      hint: "take it out of the definition, or see to it that both nodes can serve it",
    });
  const other = twin === undefined ? impliedMember(block, own, notes) : memberOf(twin);
  const first = own.priority === other.priority ? own.state === "MASTER" : own.priority > other.priority;
  const transport = transportOf(own, other, router.globals.group4);
  return { master: first ? names[0] : names[1], members: [own, other], transport };
}

function impliedMember(block: Block, own: Member, notes: Notes): Member {
  const leads = own.state === "MASTER" || own.priority >= 254;
  const priority = leads ? Math.max(1, own.priority - 1) : Math.min(254, own.priority + 1);
  notes.placeholder(`the other node of ${block.words[1]} has priority ${priority}`, {
    why: "its file was not given: it is made the one that this file's role and priority imply",
    hint: "give --keepalived the file of each node, or change members in the definition",
  });
  return { ...own, priority, state: leads ? "BACKUP" : own.state === "BACKUP" ? "BACKUP" : "MASTER" };
}
