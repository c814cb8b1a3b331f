import { sectionKinds } from "../../stack/index.ts";
import type { Notes } from "../notes.ts";
import { type Statement, withComments } from "../statement.ts";
import type { HaproxyFile } from "../syntax.ts";
import { translated } from "./old-words.ts";

/** A section with its lines, old spellings already translated. */
export interface Section {
  readonly kind: string;
  readonly name: string;
  /** Name of the defaults that it names. */
  readonly from?: string;
  readonly head: Statement;
  readonly body: readonly Statement[];
}

const KINDS = new Set<string>(["global", ...sectionKinds]);

/** All sections in order, and the comments behind the last line. */
export function readSections(
  files: readonly HaproxyFile[],
  notes: Notes,
): { readonly sections: readonly Section[]; readonly tail: readonly string[] } {
  const sections: {
    -readonly [K in keyof Section]: Section[K] extends readonly Statement[] ? Statement[] : Section[K];
  }[] = [];
  const tails = files.map((file) => {
    const { lines, tail } = withComments(
      file.lines.map((line) => ({ ...line, file: file.file, column: line.words[0]?.column ?? 1 })),
      file.comments,
    );
    let depth = 0;
    for (const line of lines) {
      const statement: Statement = {
        ...line,
        words: line.words.map(({ text }) => text),
        raws: line.words.map(({ raw }) => raw),
      };
      const [keyword = ""] = statement.words;
      if (line.broken) {
        notes.lost(statement, `a line whose quotes are not closed: ${line.text}`, {
          hint: "close the quotes, and import again",
        });
      } else if (keyword.startsWith(".")) {
        depth = conditional(statement, keyword, depth, notes);
      } else if (depth > 0) {
        notes.lost(statement, `${line.text} stands under a condition`, {
          why: "a definition is plain data: it has no .if of haproxy.cfg",
          hint: "add the line where it holds, or write the condition in TypeScript",
        });
      } else if (KINDS.has(keyword)) {
        sections.push(opened(statement, notes));
      } else {
        sections.at(-1)?.body.push(...translated(statement, notes));
        if (sections.length === 0)
          notes.lost(statement, `${line.text} stands in no section`, {
            hint: "put it into a section, and import again",
          });
      }
    }
    return tail;
  });
  return { sections, tail: tails.flat() };
}

function conditional(statement: Statement, keyword: string, depth: number, notes: Notes): number {
  if (keyword === ".if") return depth + 1;
  if (keyword === ".endif") return Math.max(0, depth - 1);
  if (!["elif", "else"].includes(keyword.slice(1)))
    notes.lost(statement, `${statement.raws.join(" ")} has no place in a definition`, {
      hint: "leave it out, or say the same in TypeScript",
    });
  return depth;
}

/** A section from its first line; addresses on it are binds, as before haproxy 1.5. */
function opened(head: Statement, notes: Notes): Section & { body: Statement[] } {
  const [kind = "", ...rest] = head.words;
  const at = rest.indexOf("from");
  const named = at === -1 ? rest : rest.slice(0, at);
  const from = at === -1 ? undefined : rest[at + 1];
  const [name = "", address] = named;
  const body: Statement[] = [];
  if (address?.includes(":") === true) {
    const words = ["bind", ...named.slice(1)];
    const raws = ["bind", ...head.raws.slice(2, 1 + named.length)];
    body.push({ ...head, words, raws, above: [] });
    notes.translated(head, `the address ${address} on the ${kind} line is a bind line now`, {
      why: "haproxy took addresses on section lines out of the language",
      hint: "nothing is to be done",
    });
  }
  return { kind, name, head, body, ...(from === undefined ? {} : { from }) };
}
