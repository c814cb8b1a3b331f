import { type Field, field, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { Statement } from "../statement.ts";
import { isName, wholeNumber } from "../words.ts";
import { type Base, lastMode } from "./base.ts";
import { bindOf, type Surroundings } from "./frontend.ts";
import type { Section } from "./sections.ts";
import { type Page, pageOf, tellPasswords } from "./windows.ts";

/** The statistics page of a file: its field, and the section that says it or its frontend without those lines. */
export interface FoundPage {
  readonly fields: readonly Field[];
  /** The section that is nothing but the page. */
  readonly whole?: Section;
  /** Section of the frontend that has the page, as it is without it. */
  readonly without: ReadonlyMap<Section, Section>;
}

interface Candidate {
  readonly section: Section;
  readonly page: Page;
  readonly base: Base;
}

/** A definition has one page: the first that is a section of its own, else the first of a frontend. */
export function findPage(
  sections: readonly Section[],
  baseOf: (section: Section) => Base,
  around: Surroundings,
  notes: Notes,
): FoundPage {
  const candidates = sections.flatMap((section): Candidate[] => {
    const base = baseOf(section);
    const inherits = base.lines.some(({ words }) => words[0] === "stats");
    if (!["listen", "frontend"].includes(section.kind) || inherits || !isName(section.name)) return [];
    if ((lastMode(section.body) ?? base.mode) !== "http") return [];
    const page = pageOf(section.body, section.kind === "listen");
    return page === undefined ? [] : [{ section, page, base }];
  });
  for (const candidate of candidates.filter(({ section }) => section.kind === "listen")) {
    const at = ownPlace(candidate, around, notes);
    if (at === undefined) continue;
    tellPasswords(candidate.page, notes);
    const { section, page } = candidate;
    const value = treeOf({ at, ...page.wish });
    return {
      fields: [field("statistics", value, section.head, ...section.body)],
      whole: section,
      without: new Map(),
    };
  }
  const found = candidates.find(({ section }) => section.kind === "frontend");
  if (found === undefined) return { fields: [], without: new Map() };
  const { section, page } = found;
  tellPasswords(page, notes);
  const body = section.body.filter((line) => !page.lines.includes(line));
  const at = { kind: "frontend", frontend: section.name };
  return {
    fields: [field("statistics", treeOf({ at, ...page.wish }), ...page.lines)],
    without: new Map([[section, { ...section, body }]]),
  };
}

/** Where a section is that has a bind, a mode and the page, and nothing else. */
function ownPlace(
  { section, page, base }: Candidate,
  around: Surroundings,
  notes: Notes,
): object | undefined {
  const others = section.body.filter((line) => !page.lines.includes(line) && line.words[0] !== "mode");
  const [bind] = others;
  if (bind === undefined || others.length > 1 || bind.words[0] !== "bind" || base.from !== undefined)
    return undefined;
  const port = ownPort(bind, around.own);
  if (port !== undefined) return { kind: "own", name: section.name, port };
  const place = bindOf(bind, around, notes);
  return place === undefined ? undefined : { kind: "own", name: section.name, ...place };
}

/** Port of a bind on the address of the node itself and nothing else: each node has it on its own. */
function ownPort({ words }: Statement, own: string | undefined): number | undefined {
  const [, word = "", ...options] = words;
  if (own === undefined || options.length > 0) return undefined;
  const head = own.includes(":") ? `[${own}]:` : `${own}:`;
  return word.startsWith(head) ? wholeNumber(word.slice(head.length), 1, 65_535) : undefined;
}
