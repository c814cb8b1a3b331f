import { type Field, field, type Item, item, list, literal, record } from "../document.ts";
import type { Notes } from "../notes.ts";
import type { HaproxyFile } from "../syntax.ts";
import { isName, isSectionName } from "../words.ts";
import { backendItem } from "./backend.ts";
import { type Base, basesOf, lastMode } from "./base.ts";
import { frontendItem } from "./frontend.ts";
import { defaultsFields, globalFields } from "./global.ts";
import { carried, linesField } from "./lines.ts";
import { findPage } from "./page.ts";
import { readSections, type Section } from "./sections.ts";
import { findSharedTables } from "./shared-tables.ts";
import { TlsWords } from "./tls.ts";

/** Fields of a pair that haproxy.cfg fills, and the comments behind its last line. */
export interface ProxyPart {
  readonly fields: readonly Field[];
  readonly tail: readonly string[];
  readonly sections: readonly Section[];
}

/** Addresses that the binds of a file may be on. */
export interface Addresses {
  /** Those that move with the pair. */
  readonly vips: ReadonlySet<string>;
  /** That of the file's own node. */
  readonly own: string | undefined;
  /** Those of both nodes. */
  readonly nodes: readonly (string | undefined)[];
}

export function readProxy(
  files: readonly HaproxyFile[],
  { vips, own, nodes }: Addresses,
  notes: Notes,
): ProxyPart {
  const { sections: written, tail } = readSections(files, notes);
  const { fields: tables, sections } = findSharedTables(written, nodes, notes);
  const bases = basesOf(sections);
  const of = (kind: string) => sections.filter((section) => section.kind === kind);
  const backends = new Map(
    [...of("backend"), ...of("listen")].map((section) => [
      section.name,
      lastMode(section.body) ?? bases.baseOf(section).mode,
    ]),
  );
  const tls = new TlsWords(of("global").flatMap(({ body }) => body));
  const around = { backends, vips, own, taken: new Set<string>(), tls };
  const typed = (kind: string) =>
    of(kind).filter((section) => isName(section.name) && section.body.length > 0);
  const page = findPage(sections, bases.baseOf, around, notes);
  const frontends = typed("frontend").filter(({ body }) => body.some(({ words }) => words[0] === "bind"));
  const whole = new Set<Section>([...frontends, ...typed("backend"), ...of("global"), ...of("defaults")]);
  const raw = sections.filter((section) => !whole.has(section));
  const others = [
    ...bases.others.map(({ section, name }) => rawSection({ ...section, name }, undefined, notes)),
    ...raw
      .filter((section) => section !== page.whole)
      .map((section) => rawSection(section, bases.baseOf(section), notes)),
  ].flat();
  const main = bases.main?.body ?? [];
  tellOfUser(of("global"), notes);
  const proxy = record([
    ...globalFields(
      of("global").flatMap(({ body }) => body),
      notes,
    ),
    ...defaultsFields(
      main,
      raw.every(({ kind }) => kind !== "listen" && kind !== "frontend"),
      notes,
    ),
  ]);
  const served = listField(
    "frontends",
    frontends.map((section) =>
      frontendItem(page.without.get(section) ?? section, bases.baseOf(section), around, notes),
    ),
  );
  return {
    sections,
    tail,
    fields: [
      field(
        "proxy",
        proxy,
        ...of("global").map(({ head }) => head),
        ...(bases.main === undefined ? [] : [bases.main.head]),
      ),
      ...tls.certificates(),
      ...served,
      ...listField(
        "backends",
        typed("backend").map((section) => backendItem(section, bases.baseOf(section), tls, notes)),
      ),
      ...page.fields,
      ...tables,
      ...listField("sections", others),
    ],
  };
}

/** haproxy stays root where nothing is said, which the proxy of a definition does not. */
function tellOfUser(globals: readonly Section[], notes: Notes): void {
  const [first] = globals;
  const says = globals.some(({ body }) =>
    body.some(({ words: [word] }) => word === "user" || word === "uid"),
  );
  if (first === undefined || says) return;
  notes.translated(
    first.head,
    "global names no user: haproxy served as root, the proxy of the definition serves as a user of its own",
    {
      why: "it needs no right of root: addresses and files are opened for it before it begins",
      hint: 'nothing is to be done; proxy: { user: "root" } keeps it as it was',
    },
  );
}

function listField(key: string, items: readonly Item[]): readonly Field[] {
  return items.length === 0 ? [] : [field(key, list(items))];
}

/** A section that stands as it is. */
function rawSection(section: Section, base: Base | undefined, notes: Notes): readonly Item[] {
  if (!isSectionName(section.name)) {
    notes.lost(section.head, `${section.kind} ${section.name} has no name that a definition takes`, {
      hint: "give it a name of letters, digits and - _ . :, and import again",
    });
    return [];
  }
  const proxies = ["frontend", "backend", "listen"].includes(section.kind);
  // The pair's own defaults name no mode: each section says its own.
  const mode =
    proxies && base?.from === undefined && lastMode(section.body) === undefined ? base?.mode : undefined;
  const lines = [
    ...(mode === undefined ? [] : [item(literal(`mode ${mode}`))]),
    ...carried(section.body, notes),
  ];
  const from = proxies ? base?.from : undefined;
  return [
    item(
      record([
        field("kind", literal(section.kind)),
        field("name", literal(section.name)),
        ...(from === undefined ? [] : [field("from", literal(from))]),
        ...linesField("directives", lines),
      ]),
      section.head,
    ),
  ];
}
