import { type Field, field, type Item, item, list, literal } from "../document.ts";
import type { Notes } from "../notes.ts";
import { rewritten, type Statement } from "../statement.ts";
import { isDirective } from "../words.ts";

/** Lines that stand as they are: `directives` of a section. */
export function carried(lines: readonly Statement[], notes: Notes): readonly Item[] {
  return lines.flatMap((line) => {
    const text = rewritten(line);
    if (isDirective(text)) {
      tellSecrets(line, notes);
      return [item(literal(text), line)];
    }
    notes.lost(line, `${text} cannot stand in a definition`, {
      why: "a line of directives begins with a small letter, has 1024 characters at most and no control characters",
      hint: "write it in other words, and import again",
    });
    return [];
  });
}

/** The field of such lines, when there are any. */
export function linesField(key: string, items: readonly Item[]): readonly Field[] {
  return items.length === 0 ? [] : [field(key, list(items))];
}

/** Passwords that stand in a line go into the source of the definition. */
function tellSecrets(line: Statement, notes: Notes): void {
  const [first = "", second = ""] = line.words;
  const tells =
    (first === "stats" && second === "auth") ||
    (first === "user" && line.words.includes("insecure-password"));
  if (!tells) return;
  notes.secret(line, `the password of this ${first} line stands in the definition as it stood in the file`, {
    why: "further lines are carried over as they are: whoever reads the stack file reads the password",
    hint: "keep the stack file out of public repositories",
  });
}
