import Module, { SourceMap } from "node:module";
import { dirname, resolve } from "node:path";
import { asOneMappedText, asOneText } from "./bundle.ts";

/** CommonJS as Node itself does it: there is no other way to run a text under a file's name. */
interface CommonJs {
  exports: unknown;
  filename: string;
  paths: string[];
  _compile(text: string, filename: string): void;
}
const CommonJsModule = Module as unknown as {
  new (id: string): CommonJs;
  _nodeModulePaths(folder: string): string[];
};

/**
 * What a file exports, without hooks in Node's loader: those run in a thread of their own and have every import
 * wait for it, which takes longer than everything else that a command does. The file and those that it names by
 * path become one text; packages are loaded by Node.
 *
 * Undefined when that does not work, whatever the reason: the way through the loader tells it better.
 */
export function evaluateAtOnce(file: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const text = asOneText(file);
    return text === undefined ? undefined : (run(file, text) as Readonly<Record<string, unknown>>);
  } catch {
    return undefined;
  }
}

/**
 * Where in the operator's files a file throws `cause`. The traces of the loader are of texts without lines, so the
 * file runs once more as one text, whose map leads back. Undefined when it throws something else this time.
 */
export function thrownAt(
  file: string,
  cause: unknown,
): { readonly file: string; readonly line: number; readonly column: number } | undefined {
  let map = "";
  try {
    const mapped = asOneMappedText(file);
    if (mapped === undefined) return undefined;
    map = mapped.map;
    run(file, mapped.text);
  } catch (again) {
    if (!(again instanceof Error && cause instanceof Error) || again.message !== cause.message)
      return undefined;
    // The first frame of the text: those before it are of Node and of packages.
    const frame = again.stack?.split("\n").find((line) => line.includes(file));
    const [, line, column] = /:(\d+):(\d+)\)?$/.exec(frame ?? "") ?? [];
    if (line === undefined || column === undefined) return undefined;
    const found = new SourceMap(JSON.parse(map)).findEntry(Number(line) - 1, Number(column) - 1);
    if (!("originalSource" in found)) return undefined;
    return {
      file: resolve(dirname(file), found.originalSource),
      line: found.originalLine + 1,
      column: found.originalColumn + 1,
    };
  }
  return undefined;
}

function run(file: string, text: string): unknown {
  const module = new CommonJsModule(file);
  module.filename = file;
  module.paths = CommonJsModule._nodeModulePaths(dirname(file));
  module._compile(text, file);
  return module.exports;
}
