/** Steps from the root of a definition to a value. */
export type Path = readonly (string | number)[];

/** The value at a path, or undefined. */
export function at(input: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Record<string | number, unknown>)[key]
        : undefined,
    input,
  );
}
