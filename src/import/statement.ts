import type { Remarks } from "./document.ts";
import type { Comment } from "./syntax.ts";

/** Where a line stands. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A line of a configuration with the comments that belong to it. */
export interface Statement extends Place, Remarks {
  /** Words without quotes and escapes. */
  readonly words: readonly string[];
  /** The same words as written. */
  readonly raws: readonly string[];
}

/** The keyword and what follows it. */
export const wordsFrom = (statement: Statement, from: number): readonly string[] =>
  statement.words.slice(from);

/** The line again, with single blanks between words. */
export const rewritten = (statement: Statement): string => statement.raws.join(" ");

/** Gives each line the comments above it and the one behind it; what is left stands at the end. */
export function withComments<T extends Place>(
  lines: readonly T[],
  comments: readonly Comment[],
): { readonly lines: readonly (T & Remarks)[]; readonly tail: readonly string[] } {
  const waiting = new Map<string, Comment[]>();
  for (const comment of [...comments].reverse()) {
    if (comment.text === "") continue;
    const own = waiting.get(comment.file);
    if (own === undefined) waiting.set(comment.file, [comment]);
    else own.push(comment);
  }
  /** Takes the next comments of a file while they match. */
  const take = (file: string, matches: (comment: Comment) => boolean): string[] => {
    const own = waiting.get(file) ?? [];
    const taken: string[] = [];
    for (let next = own.at(-1); next !== undefined && matches(next); next = own.at(-1)) {
      taken.push(next.text);
      own.pop();
    }
    return taken;
  };
  const seen = lines.map((line) => {
    const above = take(
      line.file,
      (next) => next.line < line.line || (next.line === line.line && next.column < line.column),
    );
    const [behind] = take(line.file, (next) => next.line === line.line);
    return behind === undefined ? { ...line, above } : { ...line, above, behind };
  });
  return { lines: seen, tail: [...waiting.keys()].flatMap((file) => take(file, () => true)) };
}
