import * as z from "zod";
import { stackSchema } from "../schema/stack.ts";

/** The part of JSON Schema that the definition's schema comes out as. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema | boolean;
  readonly prefixItems?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** JSON Schema (draft 2020-12) of a definition as it is written, for editors and other programs. */
export function stackJsonSchema(): object {
  return z.toJSONSchema(stackSchema, { io: "input" });
}

/** Text of docs/definition.md. */
export function definitionDocument(): string {
  const root = stackJsonSchema() as Schema;
  const sections = Object.entries({ Stack: root, ...root.$defs }).map(
    ([name, schema]) => `## ${name}\n\n${body(schema)}`,
  );
  return [
    "# The definition",
    "",
    "Generated from `src/stack/schema/`. Every object is strict: a key that is not listed here is an error.",
    'Times are texts with a unit (`us`, `ms`, `s`, `m`, `h`, `d`), e.g. `"100ms"`. A key without default is',
    "required unless it says what its absence means.",
    "",
    ...sections,
  ].join("\n");
}

function body(schema: Schema): string {
  const variants = schema.oneOf ?? [];
  if (variants.length === 0) return table(rows(schema, ""));
  return variants.map((variant) => `### ${title(variant)}\n\n${table(rows(variant, ""))}`).join("\n");
}

/** `kind: "tcp"`: what tells a variant from the others. */
function title(variant: Schema): string {
  const [key, field] = Object.entries(variant.properties ?? {}).find(([, f]) => f.const !== undefined) ?? [];
  return `\`${key}: ${JSON.stringify(field?.const)}\``;
}

type Row = readonly [key: string, type: string, fallback: string, description: string];

function rows(schema: Schema, prefix: string): Row[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, field]): Row[] => {
    const required = schema.required?.includes(key) === true;
    const own: Row = [
      `${prefix}${key}`,
      typeOf(field),
      fallback(field, required),
      field.description ?? told(field),
    ];
    return [own, ...inner(field, `${prefix}${key}`)];
  });
}

/** Objects without a name of their own are shown where they stand. */
function inner(field: Schema, prefix: string): Row[] {
  if (field.properties !== undefined) return rows(field, `${prefix}.`);
  const item = typeof field.items === "object" ? field.items : undefined;
  if (item?.properties !== undefined) return rows(item, `${prefix}[].`);
  const branches = [...(field.anyOf ?? []), ...(field.oneOf ?? [])].filter(
    (branch) => branch.properties !== undefined,
  );
  return branches.flatMap((branch) => rows(branch, `${prefix}.`));
}

function told(field: Schema): string {
  return field.const === undefined ? "" : "tells the variant";
}

function fallback(field: Schema, required: boolean): string {
  if (required) return "required";
  return field.default === undefined ? "" : `\`${JSON.stringify(field.default)}\``;
}

function typeOf(field: Schema): string {
  if (field.$ref !== undefined) {
    const name = field.$ref.split("/").at(-1) ?? "";
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (field.const !== undefined) return `\`${JSON.stringify(field.const)}\``;
  if (field.enum !== undefined) return field.enum.map((value) => `\`${JSON.stringify(value)}\``).join(" ");
  const branches = [...(field.anyOf ?? []), ...(field.oneOf ?? [])];
  if (branches.length > 0) return [...new Set(branches.map(typeOf))].join(" or ");
  if (field.prefixItems !== undefined) return `${field.prefixItems.map(typeOf).join(" and ")}`;
  if (typeof field.items === "object") return `list of ${typeOf(field.items)}`;
  if (typeof field.additionalProperties === "object") return `map to ${typeOf(field.additionalProperties)}`;
  return `${field.type ?? "any"}${limits(field)}`;
}

function limits({ minimum, maximum }: Schema): string {
  // Whole numbers without limits carry those of a double.
  if (minimum === undefined || maximum === undefined || maximum > 1e15) return "";
  return ` ${minimum}…${maximum}`;
}

function table(list: readonly Row[]): string {
  const cell = (text: string): string => text.replaceAll("|", "\\|");
  return [
    "| key | type | default | meaning |",
    "| --- | --- | --- | --- |",
    ...list.map(
      ([key, type, value, text]) => `| \`${key}\` | ${cell(type)} | ${cell(value)} | ${cell(text)} |`,
    ),
    "",
  ].join("\n");
}
