import { commentsOf, type Item, type Remarks, type Value } from "./document.ts";

const WIDTH = 110;

/** Text of a stack file, formatted as the project's formatter leaves it. */
export function printStack(stack: Value, head: readonly string[], tail: readonly string[]): string {
  return [
    'import { defineStack } from "tandem-lb";',
    "",
    ...head.map((line) => comment(line, "")),
    `export const stack = defineStack(${print(stack, "", WIDTH - "export const stack = defineStack();".length)});`,
    ...(tail.length === 0 ? [] : ["", ...tail.map((line) => comment(line, ""))]),
    "",
  ].join("\n");
}

/** `room`: columns that are left for the value on its first line. */
function print(value: Value, indent: string, room: number): string {
  const flat = inline(value);
  if (flat !== undefined && flat.length <= room && !mustBreak(value)) return flat;
  switch (value.kind) {
    case "literal":
      return quoted(value.value);
    case "list":
      return block("[", "]", value.items, indent, () => "");
    case "record":
      return block("{", "}", value.fields, indent, (index) => `${keyText(value.fields[index]?.key ?? "")}: `);
  }
}

function block(
  open: string,
  close: string,
  items: readonly Item[],
  indent: string,
  head: (index: number) => string,
): string {
  if (items.length === 0) return `${open}${close}`;
  const inner = `${indent}  `;
  const lines = items.flatMap((entry, index) => {
    const start = `${inner}${head(index)}`;
    const text = print(entry.value, inner, WIDTH - start.length - 1);
    const single = !text.includes("\n");
    const above = single || entry.behind === undefined ? entry.above : commentsOf(entry);
    const behind = single && entry.behind !== undefined ? ` ${comment(entry.behind, "")}` : "";
    return [...above.map((line) => comment(line, inner)), `${start}${text},${behind}`];
  });
  return [open, ...lines, `${indent}${close}`].join("\n");
}

/** The value on one line; undefined when comments or its own form want more. */
function inline(value: Value): string | undefined {
  if (value.kind === "literal") return quoted(value.value);
  const items: readonly Item[] = value.kind === "list" ? value.items : value.fields;
  if (items.some(hasRemarks) || mustBreak(value)) return undefined;
  const parts = items.map((entry) => inline(entry.value));
  if (parts.includes(undefined)) return undefined;
  if (value.kind === "list") return `[${parts.join(", ")}]`;
  if (parts.length === 0) return "{}";
  return `{ ${value.fields.map((entry, index) => `${keyText(entry.key)}: ${parts[index]}`).join(", ")} }`;
}

function hasRemarks(remarks: Remarks): boolean {
  return remarks.above.length > 0 || remarks.behind !== undefined;
}

/** Several objects of several keys each stand one to a line, as the formatter has it. */
function mustBreak(value: Value): boolean {
  if (value.kind !== "list" || value.items.length < 2) return false;
  return value.items.every((entry) => entry.value.kind === "record" && entry.value.fields.length > 1);
}

function comment(text: string, indent: string): string {
  // These end a line in JavaScript, so that the rest would be code.
  const safe = text.replace(/[\u2028\u2029\r\n]/g, " ");
  return `${indent}//${safe === "" ? "" : ` ${safe}`}`.trimEnd();
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key);
}

/** A literal with the quotes that need fewer escapes. */
function quoted(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  const text = JSON.stringify(value).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
  const count = (sign: string) => value.split(sign).length - 1;
  if (count('"') <= count("'")) return text;
  return `'${text.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}
