import type { Problem } from "../diagnostics/index.ts";
import type { Syntax } from "../import/index.ts";
import { problem } from "./problem.ts";

type Word = Syntax["haproxy"][number]["lines"][number]["words"][number];
type Block = Syntax["keepalived"][number]["blocks"][number];

/** Words that a line begins with, and where it stands. */
interface Row {
  readonly file: string;
  readonly line: number;
  readonly words: readonly Word[];
  /** Two braces that open on end, as no language here has them, but every one for templates. */
  readonly doubled?: boolean;
  /** In a block, where lists of addresses look like prompts. */
  readonly nested?: boolean;
}

const KINDS: readonly (readonly [message: string, fits: (row: Row) => boolean])[] = [
  [
    "a mark of a merge conflict: both sides of it are read",
    ({ words: [first] }) => /^(?:<{7}|={7}|>{7}|\|{7})$/.test(first?.raw ?? ""),
  ],
  [
    "a shell's prompt stands in the file",
    ({ words: [first], nested = false }) =>
      !nested && /^(?:\[?[a-z_][\w-]*@[\w.-]+(?::\S*)?|\$)$/i.test(first?.raw ?? ""),
  ],
  [
    "a template's placeholder was not filled in",
    ({ words, doubled = false }) =>
      doubled || /\{\{.*?\}\}|\{%.*?%\}|<%.*?%>/.test(words.map(({ raw }) => raw).join(" ")),
  ],
];

/** What was pasted or left behind and is no configuration: the first of each kind in a file. */
export function strayRows(rows: readonly Row[]): readonly Problem[] {
  return KINDS.flatMap(([message, fits]) => {
    const [row, ...more] = rows.filter(fits);
    if (row === undefined) return [];
    const said = more.length === 0 ? message : `${message} (and ${more.length} more)`;
    return [problem("LINT_NOT_CONFIGURATION", said, row.file, row.line, row.words[0]?.column ?? 1, "error")];
  });
}

/** All blocks of a file with those inside them, as rows. */
export function rowsOf(blocks: readonly Block[], nested = false): readonly Row[] {
  return blocks.flatMap(({ file, line, words, block }) => [
    { file, line, words, nested, doubled: (block ?? []).some((inner) => inner.words.length === 0) },
    ...rowsOf(block ?? [], true),
  ]);
}
