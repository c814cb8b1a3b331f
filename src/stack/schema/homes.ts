import type { z } from "zod";
import type { Path } from "../path.ts";
import { isObject, type Schema } from "./walk.ts";

/**
 * Where the schema has a key, in words such as `pairs[].vrrpInstances[]`: of all places those fewest steps away from
 * `path`, where the key has no meaning. None where another variant of the same place has it.
 */
export function homesOf(key: string, path: Path, root: Schema): string[] {
  const way = path.map((part) => (typeof part === "number" ? "[]" : part));
  const homes = [...places(key, root, [], [])].map((steps) => ({ steps, far: distance(steps, way) }));
  const least = Math.min(...homes.map(({ far }) => far));
  const nearest = homes.filter(({ far }) => far === least).map(({ steps }) => written(steps));
  return nearest.includes(written(way)) ? [] : [...new Set(nearest)];
}

type Steps = readonly string[];

function* places(key: string, schema: Schema, steps: Steps, above: readonly Schema[]): Generator<Steps> {
  // A place inside itself names nothing new.
  if (above.includes(schema)) return;
  const def = schema._zod.def as z.core.$ZodTypeDef & {
    innerType?: Schema;
    options?: readonly Schema[];
    element?: Schema;
    items?: readonly Schema[];
  };
  const inside = [...above, schema];
  if (isObject(schema)) {
    const fields = Object.entries(schema._zod.def.shape) as [string, Schema][];
    if (fields.some(([name]) => name === key)) yield steps;
    for (const [name, field] of fields) yield* places(key, field, [...steps, name], inside);
  }
  for (const one of [def.element, ...(def.items ?? [])]) {
    if (one !== undefined) yield* places(key, one, [...steps, "[]"], inside);
  }
  for (const one of [def.innerType, ...(def.options ?? [])]) {
    if (one !== undefined) yield* places(key, one, steps, inside);
  }
}

/** Steps up from the one and down to the other. */
function distance(a: Steps, b: Steps): number {
  const apart = a.findIndex((step, index) => step !== b[index]);
  return a.length + b.length - 2 * (apart < 0 ? a.length : apart);
}

const written = (steps: Steps): string => steps.join(".").replaceAll(".[]", "[]");
