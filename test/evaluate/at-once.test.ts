import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluateAtOnce } from "../../src/evaluate/at-once.ts";

let folder: string;
const write = (name: string, text: string): string => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-eval-"));
  const shared = join(folder, "node_modules/shared");
  mkdirSync(shared, { recursive: true });
  writeFileSync(
    join(shared, "package.json"),
    JSON.stringify({ name: "shared", type: "module", main: "i.js" }),
  );
  writeFileSync(join(shared, "i.js"), "export const object = {};\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a file and those that it names by path are one, and packages are those of the process", async () => {
  write(
    "base.ts",
    `import { readFileSync } from "node:fs";\nexport const kind: string = typeof readFileSync;\n`,
  );
  const file = write(
    "stack.ts",
    `import { object } from "shared";
import { kind } from "./base.ts";
interface Stack { readonly kind: string }
export const stack: Stack = { kind };
export const same = object;
`,
  );
  const found = evaluateAtOnce(file);
  expect(found?.stack).toEqual({ kind: "function" });
  const { object } = (await import(join(folder, "node_modules/shared/i.js"))) as { object: unknown };
  // A loader of vitest's own stands between the two.
  expect(found?.same).toEqual(object);
});

test("what has changed on disk is what is evaluated", () => {
  const file = write("again.ts", "export const stack = 1;\n");
  expect(evaluateAtOnce(file)?.stack).toBe(1);
  write("again.ts", "export const stack = 2;\n");
  expect(evaluateAtOnce(file)?.stack).toBe(2);
});

test.each([
  ["import.meta", "export const stack = import.meta.url;\n"],
  ["an await at its top", "export const stack = await Promise.resolve(1);\n"],
  ["an error of its own", "export const stack = {}; throw new Error('of its own');\n"],
  ["bad syntax", "export const stack = {;\n"],
  ["a package that is not there", 'import "no-such-package";\nexport const stack = 1;\n'],
])("a file with %s is left to the loader", (_, text) => {
  expect(evaluateAtOnce(write("other.ts", text))).toBeUndefined();
});
