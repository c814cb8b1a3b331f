import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { daemonModule } from "../../src/diagnostics/codes/daemon-module.ts";
import {
  codesOfRules,
  daemonCodes,
  errorCatalogue,
  errorsDocument,
  explainCode,
  knownCode,
  lintDocument,
  lintRules,
} from "../../src/diagnostics/index.ts";

const root = new URL("../../", import.meta.url).pathname;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(folder, path));
}

/** Codes that the sources can tell a user: after `code:`, or by their prefix anywhere outside the catalogue. */
function codesIn(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const told = [...text.matchAll(/\bcode:\s*"([A-Z][A-Z0-9_]+)"/g)].map((match) => match[1] ?? "");
  const prefixed = [...text.matchAll(/"((?:STACK|RENDER|HOST|PROVIDER|VERIFY|CLI|LAB)_[A-Z0-9_]+)"/g)];
  return [...told, ...prefixed.map((match) => match[1] ?? "")];
}

const files = sources("src").filter((file) => !file.startsWith("src/diagnostics/codes/"));
/** Words of that shape which are no codes: environment variables. */
const notCodes = new Set(["TANDEM_LAB"]);

test("every code in src has an entry", () => {
  const unknown = files.flatMap((file) =>
    codesIn(file)
      .filter((code) => !(code in errorCatalogue) && !notCodes.has(code))
      .map((code) => `${code} in ${file}: add a line to src/diagnostics/codes/`),
  );
  expect([...new Set(unknown)]).toEqual([]);
});

test("every entry is used", () => {
  const used = new Set(files.flatMap((file) => [...codesIn(file), ...mentioned(file)]));
  // INTERNAL is what an error without problems says.
  // Rules are told by tandemd; what proves them are its cases.
  const codes = Object.keys(errorCatalogue).filter((code) => !(code in lintRules));
  expect(codes.filter((code) => !used.has(code))).toEqual([]);
});

const casesFolder = "daemon/crates/tandemd/tests/lint/cases";
const lintCases = readdirSync(join(root, casesFolder))
  .sort()
  .map((file) => ({
    name: file.replace(/\.case$/, ""),
    text: readFileSync(join(root, casesFolder, file), "utf8"),
  }));

test("every rule of the lint has cases that break it and one that does not, and names codes that exist", () => {
  for (const rule of Object.keys(lintRules)) {
    const of = lintCases.filter(({ name }) => name.startsWith(`${rule}-`));
    expect(
      of.filter(({ name }) => name.includes("passes")),
      rule,
    ).not.toEqual([]);
    expect(
      of.filter(({ text }) => text.includes(`[${rule}]: `)),
      rule,
    ).not.toEqual([]);
  }
  expect(
    Object.values(codesOfRules)
      .flat()
      .filter((code) => !(code in errorCatalogue)),
  ).toEqual([]);
  expect(explainCode("e03")).toMatchObject({ code: "E03", rule: "E03" });
  expect(explainCode("STACK_WEIGHT_WEAK")?.rule).toBe("E03");
});

test("docs/lint.md is current: run `node --import tsx src/diagnostics/codes/generate.ts`", () => {
  expect(readFileSync(join(root, "docs/lint.md"), "utf8")).toBe(lintDocument(lintCases));
});

function mentioned(file: string): string[] {
  return readFileSync(join(root, file), "utf8").match(/\b[A-Z][A-Z0-9_]{3,}\b/g) ?? [];
}

test("docs/errors.md is current: run `node --import tsx src/diagnostics/codes/generate.ts`", () => {
  expect(readFileSync(join(root, "docs/errors.md"), "utf8")).toBe(errorsDocument());
});

test("codes/daemon.ts is current: run `node --import tsx src/diagnostics/codes/generate.ts`", () => {
  const text = readFileSync(join(root, "docs/config-codes.md"), "utf8");
  expect(readFileSync(join(root, "src/diagnostics/codes/daemon.ts"), "utf8")).toBe(daemonModule(text));
  expect(Object.keys(daemonCodes)).toHaveLength(text.match(/^\| `/gm)?.length ?? 0);
  expect(knownCode("HAProxy/no-check")).toBe("haproxy/no-check");
});

test("texts are lower case without a full stop, as all texts of errors", () => {
  for (const [code, [meaning, , fix]] of Object.entries(errorCatalogue)) {
    expect(meaning, code).not.toMatch(/\.$/);
    expect(fix, code).not.toMatch(/\.$/);
    expect(meaning.split(" ")[0] ?? "", code).toMatch(
      /^(?:[^A-Z]|.*[A-Z].*[A-Z0-9]|[A-Z]{2}|RFC|Tandem|Pulumi)/,
    );
  }
});

test("explainCode takes a code as it is typed", () => {
  expect(explainCode("stack-vrid-twice")?.code).toBe("STACK_VRID_TWICE");
  expect(explainCode("NO_SUCH_CODE")).toBeUndefined();
});
