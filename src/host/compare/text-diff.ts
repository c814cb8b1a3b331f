import { createTwoFilesPatch } from "diff";

/** Unified line diff with three lines of context, without the header lines; empty when equal. */
export function unifiedDiff(from: string, to: string): string {
  if (from === to) return "";
  const patch = createTwoFilesPatch("from", "to", from, to, "", "", { context: 3 });
  return patch.split("\n").slice(3).join("\n").trimEnd();
}
