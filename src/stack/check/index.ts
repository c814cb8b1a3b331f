import type { Problem } from "../../diagnostics/index.ts";
import type { StackData } from "../schema/stack.ts";
import { checkAddresses } from "./addresses.ts";
import { checkConduct } from "./conduct.ts";
import { checkElection } from "./election.ts";
import { checkEngine } from "./engine.ts";
import { checkGroups } from "./groups.ts";
import { checkNames, checkReferences } from "./names.ts";
import { checkPeers } from "./peers.ts";
import { checkProxy } from "./proxy.ts";
import { checkSegments } from "./segments.ts";
import { checkSilences } from "./silences.ts";
import { checkStatistics } from "./statistics.ts";
import { checkVrrp } from "./vrrp.ts";

/** What no single field shows: names, references, addresses, elections. In: what the schema accepts. */
export function crossCheck(stack: StackData): Problem[] {
  return once([
    ...checkNames(stack),
    ...checkAddresses(stack),
    ...checkSegments(stack),
    ...checkSilences(stack),
    ...stack.pairs.flatMap((pair, i) => {
      const path = ["pairs", i];
      return [
        checkReferences,
        checkVrrp,
        checkPeers,
        checkElection,
        checkGroups,
        checkProxy,
        checkStatistics,
        checkConduct,
        checkEngine,
      ].flatMap((check) => check(pair, path));
    }),
  ]);
}

/** A pair's default that does not do for its instances is found at each of them, and told where it stands. */
function once(problems: readonly Problem[]): Problem[] {
  const told = new Map(problems.map((problem) => [JSON.stringify(problem), problem]));
  return [...told.values()];
}
