import type { Remarks } from "../document.ts";
import type { Member } from "./member.ts";
import type { Script } from "./script.ts";
import type { Transport } from "./transport.ts";

/** What instances share with the rest of the pair. */
export interface Common {
  readonly version: 2 | 3;
  /** Time between adverts that the pair has already. */
  readonly advertInterval: string;
  readonly scripts: ReadonlyMap<string, Script>;
  readonly notifies: boolean;
  /** The pair has frontends of its own. */
  readonly proxies: boolean;
  readonly names: readonly [string, string];
  /** Interface of the node that the file came from. */
  readonly interface: string | undefined;
  readonly master: string;
  readonly members: readonly [Member, Member];
  readonly transport: Transport;
  /** That of the pair. */
  readonly usualTransport: Transport;
}

/** Marks lines of these keywords as said by a field, and gives their comments. */
export type Use = (...keys: string[]) => readonly Remarks[];
