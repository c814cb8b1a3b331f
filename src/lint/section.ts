import type { Problem } from "../diagnostics/index.ts";
import type { Syntax } from "../import/index.ts";

export type Line = Syntax["haproxy"][number]["lines"][number];

/** Makes a problem of a line and one of its words. */
export type At = (code: string, line: Line, message: string, word?: number) => Problem;

export interface Section {
  readonly kind: string;
  readonly name: string;
  /** Name of the defaults that it names. */
  readonly from?: string;
  readonly lines: readonly Line[];
}

const SECTIONS =
  /^(global|defaults|frontend|backend|listen|resolvers|userlist|peers|cache|mailers|ring|program)$/;

export function sectionsOf(lines: readonly Line[]): readonly Section[] {
  const sections: (Section & { lines: Line[] })[] = [];
  for (const line of lines) {
    const [keyword = "", ...rest] = texts(line);
    if (!SECTIONS.test(keyword)) {
      sections.at(-1)?.lines.push(line);
      continue;
    }
    const named = rest.indexOf("from");
    const from = named < 0 ? undefined : rest[named + 1];
    const name = named === 0 ? "" : (rest[0] ?? "");
    sections.push({ kind: keyword, name, lines: [], ...(from === undefined ? {} : { from }) });
  }
  return sections;
}

export const texts = (line: Line): readonly string[] => line.words.map(({ text }) => text);

/** The defaults that a section stands on: those that it names, or the last ones above. */
export function defaultsOf(section: Section, sections: readonly Section[]): Section | undefined {
  const above = sections.slice(0, sections.indexOf(section)).filter(({ kind }) => kind === "defaults");
  if (section.from !== undefined) return above.find(({ name }) => name === section.from);
  return above.at(-1);
}
