import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";

const docs = readdirSync(join(repository, "docs")).filter((name) => name.endsWith(".md"));
const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "bench/README.md"].concat(
  docs.map((name) => join("docs", name)),
);
const read = (page: string) => readFileSync(join(repository, page), "utf8");

/** Where links and pictures of a page lead, without addresses of elsewhere; code is no text. */
function links(page: string): readonly string[] {
  const text = read(page).replaceAll(/^```[\s\S]*?^```|`[^`\n]*`/gm, "");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors that a page's headings get. */
function anchors(page: string): ReadonlySet<string> {
  const heads = [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, head = ""]) =>
    head
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set(heads);
}

test.each(pages)("every link of %s leads somewhere", (page) => {
  const broken = links(page).filter((target) => {
    const [file = "", anchor] = target.split("#");
    const place = file === "" ? join(repository, page) : resolve(repository, dirname(page), file);
    if (!place.startsWith(repository) || !existsSync(place)) return true;
    return anchor !== undefined && !anchors(relative(repository, place)).has(anchor);
  });
  expect(broken).toEqual([]);
});

test("README leads to every page of docs", () => {
  const told = new Set(links("README.md"));
  expect(docs.filter((name) => !told.has(`docs/${name}`))).toEqual([]);
});
