import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { z } from "zod";
import { stackSchema } from "../../src/stack/index.ts";
import { definitionDocument, stackJsonSchema } from "../../src/stack/reference/document.ts";

const docs = new URL("../../docs/", import.meta.url);

test("docs/definition.md and its JSON schema are current: run `node --import tsx src/stack/reference/generate.ts`", () => {
  expect(readFileSync(new URL("definition.md", docs), "utf8")).toBe(definitionDocument());
  expect(JSON.parse(readFileSync(new URL("definition.schema.json", docs), "utf8"))).toEqual(
    stackJsonSchema(),
  );
});

type Schema = z.core.$ZodType & { description?: string };

/** Fields without a description, by path; literals tell a variant and need none. */
function undescribed(schema: Schema, path: string, seen = new Set<Schema>()): string[] {
  if (seen.has(schema)) return [];
  seen.add(schema);
  const def = schema._zod.def as z.core.$ZodTypeDef & {
    shape?: Record<string, Schema>;
    element?: Schema;
    innerType?: Schema;
    items?: Schema[];
    options?: Schema[];
    valueType?: Schema;
  };
  const fields = Object.entries(def.shape ?? {}).flatMap(([key, field]) => [
    ...(field.description === undefined && field._zod.def.type !== "literal" ? [`${path}.${key}`] : []),
    ...undescribed(field, `${path}.${key}`, seen),
  ]);
  const inner = [def.element, def.innerType, def.valueType, ...(def.items ?? []), ...(def.options ?? [])];
  return [...fields, ...inner.flatMap((part) => (part === undefined ? [] : undescribed(part, path, seen)))];
}

test("every field has a description", () => {
  expect(undescribed(stackSchema, "stack")).toEqual([]);
});

test("every object is strict, so that a misspelt key is an error everywhere", () => {
  const text = JSON.stringify(stackJsonSchema());
  const objects = text.match(/"properties":/g)?.length ?? 0;
  expect(text.match(/"additionalProperties":false/g)?.length).toBe(objects);
});
