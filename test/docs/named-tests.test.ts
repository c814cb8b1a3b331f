import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";

// A page that says what proves something is worth as much as what it names is there.

/** Where a path that a page names may begin. */
const BEGINNINGS = ["", "daemon/crates", "test", "docs"];

interface Named {
  readonly path: string;
  /** Absolute; undefined: there is nothing of that name. */
  readonly found: string | undefined;
  /** Words of tests that are said to be there. */
  readonly tests: readonly string[];
}

/** Paths in backquotes, each with what stands in double quotes behind it, up to the next one. */
function named(line: string): readonly Named[] {
  let folder = "";
  const parts = line.split(/`([\w./-]+)`/);
  return parts.flatMap((path, index) => {
    if (index % 2 === 0 || !(path.includes("/") || /\.(rs|ts|mts)$/.test(path)) || path.startsWith("/"))
      return [];
    const found = find(path, folder);
    if (found !== undefined) folder = dirname(found);
    const tests = [...(parts[index + 1] ?? "").matchAll(/"([^"]{12,})"/g)].map((match) => match[1] ?? "");
    return [{ path, found, tests }];
  });
}

function find(path: string, folder: string): string | undefined {
  const places = [...BEGINNINGS.map((beginning) => join(repository, beginning, path)), join(folder, path)];
  return places
    .flatMap((place) => [place, `${place}.rs`])
    .find((place) => place.startsWith(repository) && existsSync(place));
}

function sources(place: string): string {
  if (!statSync(place).isDirectory()) return readFileSync(place, "utf8") + shared(place);
  return readdirSync(place, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(m?ts|rs)$/.test(name))
    .map((name) => readFileSync(join(place, name), "utf8"))
    .join("\n");
}

/** Cases that several files run, or too many for one, are in files of their own beside or below it. */
function shared(place: string): string {
  const imports = [...readFileSync(place, "utf8").matchAll(/from "(\.\/[\w/-]+\.ts)"/g)];
  return imports.map(([, name = ""]) => readFileSync(join(dirname(place), name), "utf8")).join("\n");
}

test("every test that docs/peers-of-the-field.md names is there", () => {
  const rows = readFileSync(join(repository, "docs/peers-of-the-field.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| feature"));
  expect(rows.length).toBeGreaterThan(20);
  const wrong = rows.flatMap((row) => {
    const proofs = named(row);
    if (proofs.length === 0) return [`no proof: ${row.slice(0, 60)}`];
    return proofs.flatMap(({ path, found, tests }) => {
      if (found === undefined) return [`no ${path}: ${row.slice(0, 60)}`];
      const text = sources(found);
      return tests.filter((name) => !text.includes(name)).map((name) => `${path} has no "${name}"`);
    });
  });
  expect(wrong).toEqual([]);
});

const crates = readdirSync(join(repository, "daemon/crates"), { recursive: true, encoding: "utf8" });

test("every file that docs/coverage.md names is there", () => {
  const lines = readFileSync(join(repository, "docs/coverage.md"), "utf8").split("\n");
  const wrong = lines.flatMap((line) =>
    named(line).flatMap(({ path, found }) => {
      // Further files of a crate that the line named before are told by their last words.
      const there = found !== undefined || crates.some((file) => file.endsWith(`/${path}`));
      return there ? [] : [path];
    }),
  );
  expect([...new Set(wrong)]).toEqual([]);
});

test("every id of the requirements has a row in docs/coverage.md, and says how far it is done", () => {
  const rows = readFileSync(join(repository, "docs/coverage.md"), "utf8").split("\n");
  const counts = { V: 12, P: 12, L: 7, S: 6, D: 5 };
  const ids = Object.entries(counts).flatMap(([letter, count]) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`),
  );
  const missing = ids.filter((id) => {
    const [, state = "", proof = ""] = rows.find((row) => row.startsWith(`| ${id} |`))?.split(" | ") ?? [];
    return !/^(done|partly|not yet)\b/.test(state) || (!state.startsWith("not yet") && !proof.includes("`"));
  });
  expect(missing).toEqual([]);
});
