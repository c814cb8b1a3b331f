import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { inspect } from "node:util";
import type { Problem, Where } from "../diagnostics/index.ts";
import { thrownAt } from "./at-once.ts";
import { syntaxErrors } from "./bundle.ts";
import { absentPackages } from "./packages.ts";

/** A place in one of the operator's files, counted from 1. */
interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Why a file does not load: every line that cannot be read, or what it threw and where. */
export function loadProblems(file: string, cause: unknown): readonly Problem[] {
  const unread = syntaxErrors(file);
  if (unread.length > 0) {
    return unread.map(({ text, location }) => {
      const place = {
        file: resolve(dirname(file), location.file),
        line: location.line,
        column: location.column + 1,
      };
      const hint = text.startsWith("Could not resolve")
        ? "write the path of a file that exists, seen from this one and with its extension"
        : "correct the line; an editor shows it, too, and `npx tsc --noEmit` the whole project";
      return problem(`${text}${excerpt(place)}`, place, hint);
    });
  }
  const absent = absentPackages(file);
  if (absent.length > 0) {
    return absent.map(({ specifier, name, importer }) =>
      noPackage(name, importOf(importer, specifier) ?? { file: importer }),
    );
  }
  const missing = missingPackage(cause);
  // One that an installed package asks for: no line of the operator's names it.
  if (missing !== undefined) return [noPackage(missing, { file })];
  const place = thrownAt(file, cause);
  return [problem(`the file throws ${thrown(cause)}${excerpt(place)}`, place ?? { file }, remedy(cause))];
}

function noPackage(name: string, where: Place | { readonly file: string }): Problem {
  const hint = `\`npm install\` in the project's folder; when package.json does not name it, \`npm install ${name}\``;
  const line = "line" in where ? excerpt(where) : "";
  return problem(`there is no package ${JSON.stringify(name)} here${line}`, where, hint);
}

function problem(message: string, where: Omit<Where & { kind: "file" }, "kind">, hint: string): Problem {
  return {
    code: "CLI_STACK_LOAD_FAILED",
    severity: "error",
    message,
    where: { kind: "file", ...where },
    why: "the definition is what the file exports once it has run, so nothing of it is known",
    hint,
  };
}

function thrown(cause: unknown): string {
  if (cause instanceof Error) return `${cause.name}: ${cause.message}`;
  return `${inspect(cause, { depth: 2, breakLength: Number.POSITIVE_INFINITY })}, which is no Error`;
}

function remedy(cause: unknown): string {
  if (cause instanceof ReferenceError) return "define or import the name, or correct how it is written";
  if (cause instanceof Error)
    return "correct that line, or give it what it reads: a variable, a file, a value";
  return 'throw an Error that says what is wrong: throw new Error("…")';
}

function missingPackage(cause: unknown): string | undefined {
  const { code, message } = (cause ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") return undefined;
  const [, name] = /Cannot find (?:module|package) '([^']+)'/.exec(String(message)) ?? [];
  // A path is a file of a package that is broken in itself, which its own words tell better.
  return name === undefined || /^[./]|:/.test(name) ? undefined : name;
}

/** Where a file names a package. */
function importOf(file: string, name: string): Place | undefined {
  const lines = readFileSync(file, "utf8").split("\n");
  for (const [index, text] of lines.entries()) {
    const column = Math.max(text.indexOf(`"${name}"`), text.indexOf(`'${name}'`));
    if (column >= 0) return { file, line: index + 1, column: column + 1 };
  }
  return undefined;
}

/** The line with a caret under the place, as it follows a message. */
function excerpt(place: Place | undefined): string {
  if (place === undefined) return "";
  const text = readFileSync(place.file, "utf8").split("\n")[place.line - 1];
  if (text === undefined) return "";
  const number = String(place.line);
  const blank = text.slice(0, place.column - 1).replace(/[^\t]/g, " ");
  return `\n  ${number} | ${text.trimEnd()}\n  ${" ".repeat(number.length)} | ${blank}^`;
}
