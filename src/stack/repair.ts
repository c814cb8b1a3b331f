import type { z } from "zod";
import { at, type Path } from "./path.ts";
import { type StackData, stackSchema } from "./schema/stack.ts";
import { sampleOf, schemasAt } from "./schema/walk.ts";

/** A definition made whole enough for the cross checks, although the schema refuses it. */
export interface Repaired {
  readonly data: StackData;
  /** Whether a cross check's finding at this path may rest on a repair rather than on the definition. */
  readonly doubts: (path: Path) => boolean;
}

/**
 * Takes out what is unknown or wrong and optional, puts a sample in the place of what is required,
 * and afterwards restores texts and numbers of the right type, so that one run tells all problems.
 * Undefined when that does not lead to a whole definition.
 */
export function repair(input: unknown): Repaired | undefined {
  const copy = cloned(input);
  if (copy === undefined) return undefined;
  const touched: Path[] = [];
  const restored: Path[] = [];
  const emptied = new Set<string>();
  const restorable = new Set<string>();
  for (let round = 0; round < 6; round++) {
    const parsed = stackSchema.safeParse(copy);
    if (parsed.success) {
      const data = restore(
        parsed.data,
        input,
        touched.filter((path) => restorable.has(JSON.stringify(path))),
        restored,
      );
      const kept = touched.filter((path) => !restored.includes(path));
      return { data, doubts: (path) => doubtful(path, kept, restored) };
    }
    for (const issue of parsed.error.issues) {
      if (!mend(copy, issue, touched, emptied, restorable)) return undefined;
    }
  }
  return undefined;
}

/** Undefined for what is no plain data, e.g. a function or a Pulumi output among the values. */
function cloned(input: unknown): unknown {
  try {
    return structuredClone(input);
  } catch {
    return undefined;
  }
}

function mend(
  copy: unknown,
  issue: z.core.$ZodIssue,
  touched: Path[],
  emptied: Set<string>,
  restorable: Set<string>,
): boolean {
  const path = issue.path.map((part) => (typeof part === "number" ? part : String(part)));
  const holder = at(copy, path.slice(0, -1));
  if (issue.code === "unrecognized_keys" || issue.code === "invalid_key") {
    const keys = issue.code === "invalid_key" ? [String(path.at(-1))] : issue.keys;
    const object = issue.code === "invalid_key" ? holder : at(copy, path);
    return isHolder(object) && keys.every((key) => Reflect.deleteProperty(object, key));
  }
  const last = path.at(-1);
  if (last === undefined || !isHolder(holder)) return false;
  const key = JSON.stringify(path);
  // A text or number that only breaks a rule is put back later; a variant's name is not, as the
  // rest of the object would no longer fit it.
  if (["custom", "too_small", "too_big"].includes(issue.code)) restorable.add(key);
  if (!emptied.has(key) && !Array.isArray(holder) && holder[last] !== undefined) {
    emptied.add(key);
    touched.push(path);
    return Reflect.deleteProperty(holder, last);
  }
  const sample = schemasAt(path, copy)
    .map(sampleOf)
    .find((candidate) => candidate !== undefined);
  if (sample === undefined) return false;
  holder[last] = sample;
  touched.push(path);
  return true;
}

/** Puts texts and numbers back where the repaired value has the same type. */
function restore(data: StackData, input: unknown, touched: readonly Path[], restored: Path[]): StackData {
  const copy = structuredClone(data);
  for (const path of touched) {
    const raw = at(input, path);
    const holder = at(copy, path.slice(0, -1));
    const last = path.at(-1);
    if (last === undefined || !isHolder(holder) || typeof raw !== typeof holder[last]) continue;
    if (typeof raw !== "string" && typeof raw !== "number") continue;
    holder[last] = raw;
    restored.push(path);
  }
  return copy;
}

function doubtful(path: Path, touched: readonly Path[], restored: readonly Path[]): boolean {
  const same = (a: Path, b: Path): boolean => a.length === b.length && covers(a, b);
  if (restored.some((other) => same(other, path))) return true;
  return touched.some(
    (other) =>
      covers(path, other) ||
      covers(other, path) ||
      // What a whole pair rests on: its nodes, and the names of its parts.
      ((other[2] === "nodes" || other.at(-1) === "name") && other[1] === path[1]),
  );
}

/** Whether one path is the other or leads to it. */
function covers(a: Path, b: Path): boolean {
  return a.length <= b.length && a.every((part, i) => part === b[i]);
}

function isHolder(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null;
}
