import type { Problem } from "../../diagnostics/index.ts";
import type { StackData } from "../schema/stack.ts";

/** What no single field shows: references, addresses, elections. */
export function crossCheck(_stack: StackData): Problem[] {
  return [];
}
