/** One value of a definition that is another in a second one. */
export interface Edit {
  /** As in the definition: `backends["web"].balance`. */
  readonly path: string;
  /** Absent: it is new. */
  readonly from?: unknown;
  /** Absent: it is gone. */
  readonly to?: unknown;
}

/** What to change in `before` to get `after`: things of a list are told apart by their names. */
export function treeDiff(before: unknown, after: unknown, path = ""): readonly Edit[] {
  if (isRecord(before) && isRecord(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => treeDiff(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  const [left, right] = [byName(before), byName(after)];
  if (left !== undefined && right !== undefined) {
    const names = [...new Set([...left.keys(), ...right.keys()])];
    return names.flatMap((name) =>
      treeDiff(left.get(name), right.get(name), `${path}[${JSON.stringify(name)}]`),
    );
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  return [
    {
      path,
      ...(before === undefined ? {} : { from: before }),
      ...(after === undefined ? {} : { to: after }),
    },
  ];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A list of named things by name, one at least; undefined for everything else. */
function byName(value: unknown): ReadonlyMap<string, unknown> | undefined {
  if (!Array.isArray(value)) return undefined;
  const named = value.flatMap((entry): [string, unknown][] =>
    isRecord(entry) && typeof entry.name === "string" ? [[entry.name, entry]] : [],
  );
  const names = new Map(named);
  return names.size === value.length && names.size > 0 ? names : undefined;
}
