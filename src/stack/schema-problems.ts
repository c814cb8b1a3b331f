import type { z } from "zod";
import type { Problem } from "../diagnostics/index.ts";
import { at, type Path } from "./path.ts";
import { homesOf } from "./schema/homes.ts";
import { stackSchema } from "./schema/stack.ts";
import { type IssueParams, quote } from "./schema/text.ts";
import { knownKeys, type Schema } from "./schema/walk.ts";
import { nearest, suggestion } from "./suggest.ts";

/** What `root` found wrong, as problems with codes, paths and suggestions. */
export function schemaProblems(error: z.ZodError, input: unknown, root: Schema = stackSchema): Problem[] {
  return error.issues.flatMap((issue) => toProblems(issue, input, root));
}

function toProblems(issue: z.core.$ZodIssue, input: unknown, root: Schema): Problem[] {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  const value = at(input, path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownKey(path, key, input, root));
    case "custom":
      return [fromParams(issue.message, path, issue.params)];
    case "invalid_type":
      return [value === undefined ? missing(path, issue.expected) : wrongType(path, issue.expected, value)];
    case "invalid_value":
      return [wrongValue(path, issue.values.map(String), value)];
    case "invalid_union":
      return invalidUnion(issue, path, input, root);
    case "too_small":
    case "too_big":
      return [outOfRange(issue, path, value)];
    case "invalid_key":
      return issue.issues.flatMap((inner) =>
        toProblems({ ...inner, path: issue.path } as z.core.$ZodIssue, input, root),
      );
    default:
      return [problem("STACK_VALUE_INVALID", path, `${quote(value)} does not fit: ${issue.message}`)];
  }
}

function problem(code: string, path: Path, message: string, hint?: string): Problem {
  return {
    code,
    severity: "error",
    message,
    where: { kind: "path", path },
    ...(hint === undefined ? {} : { hint }),
  };
}

function unknownKey(path: Path, key: string, input: unknown, root: Schema): Problem {
  const why = "a key that means nothing would be ignored in silence";
  const known = knownKeys(path, input, root);
  const homes = nearest(key, known) === undefined ? homesOf(key, path, root) : [];
  const hint =
    homes.length > 0 && homes.length <= 3
      ? `it has its place in ${homes.join(" or ")}`
      : suggestion(key, known);
  return { ...problem("STACK_UNKNOWN_KEY", [...path, key], `there is no ${quote(key)} here`, hint), why };
}

function fromParams(
  message: string,
  path: Path,
  params: Readonly<Record<string, unknown>> | undefined,
): Problem {
  const { code, why, hint } = (params ?? {}) as Partial<IssueParams>;
  return {
    ...problem(code ?? "STACK_VALUE_INVALID", path, message, hint),
    ...(why === undefined ? {} : { why }),
  };
}

function missing(path: Path, expected: string): Problem {
  const key = path.at(-1);
  if (key === "healthCheck") return uncheckedBackend(path);
  return problem("STACK_MISSING", path, `${quote(key)} is missing`, `add it: ${article(expected)}`);
}

/** A backend without any word on checks; also raised by the cross checks when all servers opt out. */
export function uncheckedBackend(path: Path): Problem {
  return {
    ...problem("STACK_BACKEND_WITHOUT_CHECK", path, "the backend has no health check"),
    why: "a dead server would go on getting traffic",
    hint: 'write healthCheck: { kind: "tcp" } or { kind: "http", path: "/" }; { kind: "none" } says that you mean it',
  };
}

function wrongType(path: Path, expected: string, value: unknown): Problem {
  const message = `${quote(value)} is ${article(typeName(value))}, not ${article(expected)}`;
  return problem("STACK_WRONG_TYPE", path, message, `write ${article(expected)}`);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function article(type: string): string {
  const plain =
    type === "int" ? "whole number" : type === "tuple" ? "array" : type === "record" ? "object" : type;
  if (plain === "null") return plain;
  return /^[aeiou]/.test(plain) ? `an ${plain}` : `a ${plain}`;
}

function wrongValue(path: Path, values: readonly string[], value: unknown): Problem {
  if (value === undefined) {
    return problem("STACK_MISSING", path, `${quote(path.at(-1))} is missing`, suggestion("", values));
  }
  return problem(
    "STACK_VALUE_UNKNOWN",
    path,
    `${quote(value)} is not known here`,
    suggestion(typeof value === "string" ? value : quote(value), values),
  );
}

function invalidUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  input: unknown,
  root: Schema,
): Problem[] {
  const value = at(input, path);
  const options = knownDiscriminators(issue);
  if (options.length > 0) return [wrongValue(path, options, value)];
  // The branch that got furthest tells most: the one whose issues lie deepest, then the fewest.
  const branches = issue.errors
    .map((issues) => issues.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })))
    .filter((issues) => issues.length > 0)
    .sort((a, b) => depth(b) - depth(a) || a.length - b.length);
  const best = branches[0];
  if (best === undefined) return [problem("STACK_VALUE_INVALID", path, `${quote(value)} does not fit`)];
  const scalars = issue.errors.flatMap((issues) => (issues.length === 1 ? issues : []));
  const literals = scalars.flatMap((inner) =>
    inner.code === "invalid_value" ? inner.values.map(String) : [],
  );
  if (literals.length === issue.errors.length) return [wrongValue(path, literals, value)];
  return best.flatMap((inner) => toProblems(inner as z.core.$ZodIssue, input, root));
}

function depth(issues: readonly { readonly code: string; readonly path: readonly unknown[] }[]): number {
  // A wrong type at the top means the branch was not meant at all.
  return Math.max(...issues.map((issue) => issue.path.length + (issue.code === "invalid_type" ? 0 : 0.5)));
}

function knownDiscriminators(issue: z.core.$ZodIssueInvalidUnion): string[] {
  return "discriminator" in issue && "options" in issue && Array.isArray(issue.options)
    ? issue.options.map(String)
    : [];
}

function outOfRange(
  issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig,
  path: Path,
  value: unknown,
): Problem {
  const least = issue.code === "too_small" ? issue.minimum : undefined;
  const bound =
    least === undefined ? `at most ${issue.code === "too_big" ? issue.maximum : ""}` : `at least ${least}`;
  if (issue.origin === "array") {
    const length = Array.isArray(value) ? value.length : 0;
    return problem(
      "STACK_WRONG_COUNT",
      path,
      `${quote(path.at(-1))} has ${length} elements, needs ${bound}`,
      `write ${bound}`,
    );
  }
  return problem(
    "STACK_VALUE_OUT_OF_RANGE",
    path,
    `${quote(value)} is out of range, needs ${bound}`,
    `write ${bound}`,
  );
}
