import type { z } from "zod";
import { at, type Path } from "../path.ts";
import { stackSchema } from "./stack.ts";

export type Schema = z.core.$ZodType;

/** Keys that the schema knows at a path, for suggestions. */
export function knownKeys(path: Path, input: unknown, root: Schema = stackSchema): string[] {
  const keys = schemasAt(path, input, root).flatMap((schema) =>
    isObject(schema) ? Object.keys(schema._zod.def.shape) : [],
  );
  return [...new Set(keys)];
}

/** The schemas that a path may mean; unions are followed by their discriminator. */
export function schemasAt(path: Path, input: unknown, root: Schema = stackSchema): Schema[] {
  let schemas = [...objects(root, input)];
  path.forEach((part, depth) => {
    const value = at(input, path.slice(0, depth + 1));
    schemas = schemas
      .flatMap((schema) => step(schema, part))
      .flatMap((schema) => [...objects(schema, value)]);
  });
  return schemas;
}

/** Texts of which one satisfies each guarded string of the definition. */
const TEXTS = [
  "sample",
  "STACK_UNUSED",
  "192.0.2.1/24",
  "192.0.2.1",
  "1s",
  "1",
  "/sample",
  "a@example.org",
  "eth0:a",
];

/** A value that the schema accepts, or undefined when none comes to mind. */
export function sampleOf(schema: Schema): unknown {
  const accepts = (value: unknown): boolean => (schema as z.ZodType).safeParse(value).success;
  const def = schema._zod.def as z.core.$ZodTypeDef & {
    items?: readonly Schema[];
    values?: readonly unknown[];
  };
  const candidates = [...TEXTS, 1, 2, 10, false, [], {}, ...(def.values ?? [])];
  const simple = candidates.find(accepts);
  if (simple !== undefined) return simple;
  if (isObject(schema)) return whole(fields(schema));
  const items = def.items?.map(sampleOf);
  return items?.includes(undefined) ? undefined : items;
}

function fields(schema: z.core.$ZodObject): [string, unknown][] {
  return Object.entries(schema._zod.def.shape).flatMap(([key, field]): [string, unknown][] =>
    (field as z.ZodType).safeParse(undefined).success ? [] : [[key, sampleOf(field as Schema)]],
  );
}

function whole(entries: readonly [string, unknown][]): unknown {
  return entries.some(([, value]) => value === undefined) ? undefined : Object.fromEntries(entries);
}

export function isObject(schema: Schema): schema is z.core.$ZodObject {
  return schema._zod.def.type === "object";
}

/** The schema itself without wrappers; for unions the branches that the value may mean. */
function* objects(schema: Schema, value: unknown): Generator<Schema> {
  const def = schema._zod.def as z.core.$ZodTypeDef & { innerType?: Schema; options?: readonly Schema[] };
  if (def.innerType !== undefined) {
    yield* objects(def.innerType, value);
  } else if (def.options !== undefined) {
    const branches = def.options.flatMap((option) => [...objects(option, value)]);
    const meant = branches.filter((branch) => agrees(branch, value));
    yield* meant.length > 0 ? meant : branches;
  } else {
    yield schema;
  }
}

/** Whether every literal of the branch (`kind`, `mode`) has the value's. */
function agrees(schema: Schema, value: unknown): boolean {
  if (!isObject(schema)) return false;
  return Object.entries(schema._zod.def.shape).every(([key, field]) => {
    const def = (field as Schema)._zod.def as z.core.$ZodTypeDef & { values?: readonly unknown[] };
    return def.type !== "literal" || def.values?.includes(at(value, [key])) === true;
  });
}

function step(schema: Schema, part: string | number): Schema[] {
  const def = schema._zod.def as z.core.$ZodTypeDef & {
    shape?: Record<string, Schema>;
    element?: Schema;
    items?: readonly Schema[];
    valueType?: Schema;
  };
  const next = def.shape?.[part] ?? def.element ?? def.items?.[Number(part)] ?? def.valueType;
  return next === undefined ? [] : [next];
}
