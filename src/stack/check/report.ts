import type { ErrorCode, Problem } from "../../diagnostics/index.ts";
import type { Path } from "../path.ts";

export type { Path } from "../path.ts";

/** Why it matters and what to write instead. */
export interface Advice {
  readonly why?: string;
  readonly hint?: string;
}

export function error(code: ErrorCode, path: Path, message: string, advice: Advice = {}): Problem {
  return { code, severity: "error", message, where: { kind: "path", path }, ...advice };
}

export function warning(code: ErrorCode, path: Path, message: string, advice: Advice = {}): Problem {
  return { code, severity: "warning", message, where: { kind: "path", path }, ...advice };
}

/** Every pair of elements with equal keys: the later one and the index of the first. */
export function repeated<T>(
  items: readonly T[],
  key: (item: T) => string,
): { item: T; index: number; first: number }[] {
  const seen = new Map<string, number>();
  return items.flatMap((item, index) => {
    const first = seen.get(key(item));
    if (first !== undefined) return [{ item, index, first }];
    seen.set(key(item), index);
    return [];
  });
}
