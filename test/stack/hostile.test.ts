import fc from "fast-check";
import { expect, test } from "vitest";
import { inspectStack } from "../../src/stack/index.ts";
import { editDistance, nearest } from "../../src/stack/suggest.ts";
import { everything } from "../render/everything.ts";

type Path = readonly (string | number)[];

/** Every path of a definition, containers included. */
function paths(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, v]) =>
    paths(v, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

/** A copy with the value at a path replaced. */
function withValue(input: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(input)) return input.map((item, i) => (i === key ? withValue(item, rest, value) : item));
  const object = input as Record<string, unknown>;
  return { ...object, [key]: withValue(object[key], rest, value) };
}

const circle: { self?: unknown } = {};
circle.self = circle;
const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  Number.NaN,
  -1,
  1.5,
  1e99,
  10n,
  () => 1,
  Symbol("s"),
  new Date(0),
  circle,
  [],
  {},
);
const value = fc.oneof(fc.jsonValue(), odd, fc.string({ unit: "binary" }));

test("whatever stands in whatever place, every problem has a path and a code, and nothing is thrown", () => {
  fc.assert(
    fc.property(fc.constantFrom(...paths(everything)), value, (path, replacement) => {
      const { stack, problems } = inspectStack(withValue(everything, path, replacement));
      const errors = problems.filter(({ severity }) => severity === "error");
      expect(stack === undefined).toBe(errors.length > 0);
      for (const problem of problems) {
        expect(problem.where?.kind).toBe("path");
        expect(problem.code).toMatch(/^STACK_/);
        expect(problem.message).not.toMatch(/\n|undefined|\[object/);
      }
    }),
    { numRuns: 600 },
  );
}, 120_000);

test("a value of the wrong type is told once, at its own place", () => {
  fc.assert(
    fc.property(fc.constantFrom(...paths(everything)), (path) => {
      const { problems } = inspectStack(withValue(everything, path, [[]]));
      const own = problems.filter(({ where }) => where?.kind === "path" && covers(path, where.path));
      expect(own.length).toBeGreaterThan(0);
    }),
    { numRuns: 200 },
  );
}, 60_000);

const covers = (a: Path, b: Path): boolean => a.every((part, i) => part === b[i]);

test("the nearest word is found within a third of its length", () => {
  expect(nearest("adress", ["name", "address", "port"])).toBe("address");
  expect(nearest("recieve", ["receive"])).toBe("receive");
  expect(nearest("zzz", ["name", "address"])).toBeUndefined();
});

test("the distance is symmetric, zero for equals only, and at most the longer length", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
