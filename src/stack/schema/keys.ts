import type { z } from "zod";
import { stackSchema } from "./stack.ts";

type Path = readonly (string | number)[];
type Schema = z.core.$ZodType;

/** Keys that the schema knows at a path, for suggestions; unions are followed by their discriminator. */
export function knownKeys(path: Path, input: unknown): string[] {
  let schemas = [...objects(stackSchema, input)];
  let value = input;
  for (const part of path) {
    value = child(value, part);
    schemas = schemas
      .flatMap((schema) => step(schema, part))
      .flatMap((schema) => [...objects(schema, value)]);
  }
  return [
    ...new Set(schemas.flatMap((schema) => (isObject(schema) ? Object.keys(schema._zod.def.shape) : []))),
  ];
}

function child(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string | number, unknown>)[key]
    : undefined;
}

function isObject(schema: Schema): schema is z.core.$ZodObject {
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
    return def.type !== "literal" || def.values?.includes(child(value, key)) === true;
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
