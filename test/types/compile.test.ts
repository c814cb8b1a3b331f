import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";

const folder = new URL("must-not-compile/", import.meta.url).pathname;
const files = readdirSync(folder).map((file) => join(folder, file));

/** `file:line` and text of every error the compiler has for these files, in the project's own settings. */
function compile(): { at: string; text: string }[] {
  const root = new URL("../../", import.meta.url).pathname;
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: [], files }, ts.sys, root);
  const program = ts.createProgram(files, { ...options, noEmit: true });
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => ({
    at:
      file === undefined
        ? ""
        : `${basename(file.fileName)}:${file.getLineAndCharacterOfPosition(start).line + 1}`,
    text: ts.flattenDiagnosticMessageText(messageText, "\n"),
  }));
}

/** Lines that `// error: text` announces, with the text. */
function announced(): { at: string; text: string }[] {
  return files.flatMap((file) =>
    readFileSync(file, "utf8")
      .split("\n")
      .flatMap((line, i) => {
        const [, text] = /^\s*\/\/ error: (.*)$/.exec(line) ?? [];
        return text === undefined ? [] : [{ at: `${basename(file)}:${i + 2}`, text }];
      }),
  );
}

test("what must not compile does not, for the announced reason, and nothing else is wrong", () => {
  const errors = compile();
  const expected = announced();
  expect(expected.length).toBeGreaterThan(15);
  expect(errors.map(({ at }) => at).sort()).toEqual(expected.map(({ at }) => at).sort());
  const otherwise = expected.flatMap(({ at, text }) => {
    const told = errors.find((error) => error.at === at)?.text ?? "";
    return told.includes(text) ? [] : [`${at}: expected ${text}, got ${told}`];
  });
  expect(otherwise).toEqual([]);
}, 120_000);
