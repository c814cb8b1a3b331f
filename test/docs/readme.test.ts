import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../../lab/setup/paths.ts";

const read = (path: string) => readFileSync(join(repository, path), "utf8");

// Definitions are quoted from files that are compiled, rendered and judged by the real parsers.
test.each(["README.md"])("every definition of %s that names a file is a part of it", (page) => {
  const quoted = [...read(page).matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```/gm)];
  expect(quoted.length).toBeGreaterThan(0);
  for (const [, path = "", text = ""] of quoted) expect(read(path), path).toContain(text);
});
