import type { ResolvedPair, ResolvedTrackScript } from "../../stack/index.ts";
import type { BinaryRef } from "../release.ts";
import type { TemplateName } from "../template.ts";

/**
 * What runs a pair's files on its hosts. The host layer knows none of the engines: it starts, reloads and stops
 * one unit, and asks the unit's program, which answers to `status`, `check`, `probe-address`, `handover` and
 * `upgrade` whichever engine it belongs to.
 */
export interface Engine {
  readonly unit: TemplateName;
  readonly router: RouterDialect;
  /** Debian packages that have to be on the hosts. */
  readonly packages: readonly string[];
  /** The executable of the unit; `tandemd` is the one that this package ships. */
  program(tandemd: BinaryRef): BinaryRef;
  /** Lines of haproxy.cfg's `global` that the definition has no word for. */
  proxyGlobals(pair: ResolvedPair): readonly string[];
}

/** How an engine's router wants to be told what the definition says. */
export interface RouterDialect {
  /** Lines of `global_defs` beside those of the definition; `program` is the unit's executable. */
  globals(program: string): readonly string[];
  /** The script that follows the proxy; a router that knows the proxy by itself has none. */
  readonly proxyScript?: ResolvedTrackScript;
}
