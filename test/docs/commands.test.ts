import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";
import { commandsDocument } from "../../src/cli/reference/document.ts";

const reference = commandsDocument();

test("docs/commands.md is current: run `node --import tsx src/cli/reference/generate.ts`", () => {
  expect(readFileSync(join(repository, "docs/commands.md"), "utf8")).toBe(reference);
});

/** Flags of each command, as its help writes them: `tandem rollout run` → `--stage`, … */
const flags = new Map(
  [...reference.matchAll(/^## (tandem .*)\n([\s\S]*?)(?=^## )/gm)].map(([, name = "", text = ""]) => [
    name,
    new Set(["--help", ...(text.match(/--[a-z-]+/g) ?? [])]),
  ]),
);

/** The lines of a page that call the program, or parts of them: `npx tandem check dev`, `tandem up`. */
function calls(text: string): readonly (readonly string[])[] {
  const code = [
    ...[...text.matchAll(/^ {4,}(.*)$/gm)].map(([, line = ""]) => line.replace(/ {2,}.*/, "")),
    ...[...text.matchAll(/`([^`\n]+)`/g)].map(([, words = ""]) => words),
    ...[...text.matchAll(/^```(?:sh)?\n([\s\S]*?)^```/gm)].flatMap(([, lines = ""]) => lines.split("\n")),
  ].map((line) => line.replace(/#.*/, ""));
  return code.flatMap((line) =>
    [...line.matchAll(/(?:^|&& |\$ |npx )tandem ([a-z][^|;&]*)/g)].map(([, rest = ""]) =>
      rest.trim().split(/\s+/),
    ),
  );
}

// The rows of the comparison with Ansible have names of their own.
const aside = ["commands.md", "ansible-benchmark.md"];
const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "bench/README.md"].concat(
  readdirSync(join(repository, "docs"))
    .filter((name) => name.endsWith(".md") && !aside.includes(name))
    .map((name) => join("docs", name)),
);

test("every command and flag that a page writes is there", () => {
  const wrong = pages.flatMap((page) =>
    calls(readFileSync(join(repository, page), "utf8")).flatMap((words) => {
      const [first = "", second = ""] = words;
      const known = flags.get(`tandem ${first} ${second}`) ?? flags.get(`tandem ${first}`);
      if (known === undefined)
        return first === "rollout" && second === "" ? [] : [`${page}: no command ${first} ${second}`];
      return words
        .filter((word) => word.startsWith("--"))
        .map((word) => word.replace(/[^a-z-].*/, ""))
        .filter((word) => !known.has(word))
        .map((word) => `${page}: tandem ${first} has no ${word}`);
    }),
  );
  expect(wrong).toEqual([]);
});

test("every script that a page runs is one of package.json's", () => {
  const { scripts } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const wrong = pages.flatMap((page) =>
    [...readFileSync(join(repository, page), "utf8").matchAll(/npm run ([\w:]+)/g)]
      .filter(([, name = ""]) => !(name in scripts))
      .map(([, name]) => `${page}: npm run ${name}`),
  );
  expect(wrong).toEqual([]);
});
