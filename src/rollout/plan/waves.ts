import type { Wave } from "../definition/schema.ts";

/** A canary, half of the pairs, the rest. */
const USUAL: readonly Wave[] = [
  { kind: "share", percent: 1 },
  { kind: "share", percent: 50 },
  { kind: "rest" },
];

/** Names of pairs by wave: every pair exactly once, in the order of the stack within a wave. */
export function waves(wished: readonly Wave[] | undefined, pairs: readonly string[]): string[][] {
  const given = wished ?? USUAL;
  const named = new Set(given.flatMap((wave) => (wave.kind === "pairs" ? wave.pairs : [])));
  // A pair that a later wave names is not taken by a share before it.
  const free = pairs.filter((pair) => !named.has(pair));
  const take = (wave: Wave): string[] => {
    switch (wave.kind) {
      case "pairs":
        return pairs.filter((pair) => wave.pairs.includes(pair));
      case "share":
        return free.splice(0, Math.max(1, Math.floor((pairs.length * wave.percent) / 100)));
      case "rest":
        return free.splice(0);
    }
  };
  return [...given, { kind: "rest" } as const].map(take).filter((wave) => wave.length > 0);
}

/** A wave cut into groups that change at the same time. */
export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
