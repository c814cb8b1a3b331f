import type { Statement } from "../statement.ts";
import type { Section } from "./sections.ts";

/** What a section starts from, as far as fields of the definition depend on it. */
export interface Base {
  /** Name of the defaults in the definition; undefined for the pair's own. */
  readonly from?: string;
  readonly mode: "http" | "tcp";
  readonly lines: readonly Statement[];
}

/** Which defaults a section starts from: the named ones, else the last above it. */
export function basesOf(sections: readonly Section[]): {
  readonly main: Section | undefined;
  readonly others: readonly { readonly section: Section; readonly name: string }[];
  baseOf(section: Section): Base;
} {
  const all = sections.filter(({ kind }) => kind === "defaults");
  const [main, ...rest] = all;
  const names = new Map<Section, string>();
  const taken = new Set(all.map(({ name }) => name));
  for (const section of rest) {
    let name = section.name;
    for (let n = 2; name === ""; n++) if (!taken.has(`defaults-${n}`)) name = `defaults-${n}`;
    taken.add(name);
    names.set(section, name);
  }
  const proxies = new Map<Section, Section | undefined>();
  let latest: Section | undefined;
  for (const section of sections) {
    if (section.kind === "defaults") latest = section;
    else
      proxies.set(
        section,
        section.from === undefined ? latest : all.find(({ name }) => name === section.from),
      );
  }
  return {
    main,
    others: rest.map((section) => ({ section, name: names.get(section) ?? "" })),
    baseOf: (section) => {
      const base = proxies.get(section);
      const name = base === undefined ? undefined : names.get(base);
      const lines = base?.body ?? [];
      const mode = lastMode(lines) ?? "tcp";
      return name === undefined ? { mode, lines } : { from: name, mode, lines };
    },
  };
}

export function lastMode(lines: readonly Statement[]): "http" | "tcp" | undefined {
  const mode = lines.filter(({ words }) => words[0] === "mode").at(-1)?.words[1];
  return mode === "http" || mode === "tcp" ? mode : undefined;
}

export const isLogGlobal = ({ words }: Statement): boolean =>
  words.length === 2 && words[0] === "log" && words[1] === "global";

export const isOption = ({ words }: Statement, name: string): boolean =>
  words[0] === "option" && words[1] === name;
