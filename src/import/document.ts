/** A definition as a tree that keeps comments: what the printer writes and the checks look at. */
export type Value =
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "list"; readonly items: readonly Item[] }
  | { readonly kind: "record"; readonly fields: readonly Field[] };

/** Comments of a line: those that stood above it, and the one behind it. */
export interface Remarks {
  readonly above: readonly string[];
  readonly behind?: string;
}

export interface Item extends Remarks {
  readonly value: Value;
}

export interface Field extends Item {
  readonly key: string;
}

export const literal = (value: string | number | boolean): Value => ({ kind: "literal", value });

export const list = (items: readonly Item[]): Value => ({ kind: "list", items });

export const item = (value: Value, ...from: readonly Remarks[]): Item => ({ value, ...gathered(from) });

export const record = (fields: readonly Field[]): Value => ({ kind: "record", fields });

export const field = (key: string, value: Value, ...from: readonly Remarks[]): Field => ({
  key,
  value,
  ...gathered(from),
});

/** A list of words or lines without comments. */
export const literals = (values: readonly (string | number)[]): Value =>
  list(values.map((value) => item(literal(value))));

/** Plain data as a tree. */
export function treeOf(data: unknown): Value {
  if (Array.isArray(data)) return list(data.map((entry) => item(treeOf(entry))));
  if (typeof data === "object" && data !== null)
    return record(
      Object.entries(data).flatMap(([key, entry]) =>
        entry === undefined ? [] : [field(key, treeOf(entry))],
      ),
    );
  return literal(data as string | number | boolean);
}

/** The comments of several lines that became one thing. */
export function gathered(from: readonly Remarks[]): Remarks {
  const [only, ...more] = from;
  if (only === undefined) return { above: [] };
  if (more.length === 0)
    return only.behind === undefined ? { above: only.above } : { above: only.above, behind: only.behind };
  return { above: from.flatMap(commentsOf) };
}

/** All comments, in the order of the text. */
export function commentsOf(remarks: Remarks): readonly string[] {
  return remarks.behind === undefined ? remarks.above : [...remarks.above, remarks.behind];
}

/** The tree as plain data. */
export function dataOf(value: Value): unknown {
  switch (value.kind) {
    case "literal":
      return value.value;
    case "list":
      return value.items.map((entry) => dataOf(entry.value));
    case "record":
      return Object.fromEntries(value.fields.map((entry) => [entry.key, dataOf(entry.value)]));
  }
}
