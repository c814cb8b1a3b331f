import type { Problem } from "../diagnostics/index.ts";
import { parseInterface } from "../stack/index.ts";
import { dataOf, field, type Item, item, list, literal, record } from "./document.ts";
import { readProxy } from "./haproxy/read.ts";
import { type ImportHost, nodeItem, nodeNames } from "./hosts.ts";
import { readRouter, routerFields } from "./keepalived/read.ts";
import { Notes } from "./notes.ts";
import { printStack } from "./print.ts";
import type { Finding, Syntax } from "./syntax.ts";

export interface ImportRequest {
  /** Name of the stack. */
  readonly name: string;
  readonly syntax: Syntax;
  /** The nodes, in the order of the keepalived.conf files. */
  readonly hosts: readonly ImportHost[];
  /** The files were read from the hosts, where they run. */
  readonly live?: boolean;
}

export interface Imported {
  /** The stack file. */
  readonly text: string;
  /** The same definition as plain data. */
  readonly input: unknown;
  /** What the operator must know, by place. */
  readonly notes: readonly Problem[];
}

/** A definition that means what the files mean, and the list of what it does not say. Pure. */
export function importStack({ name, syntax, hosts: told, live = false }: ImportRequest): Imported {
  const notes = new Notes();
  const router = readRouter(syntax.keepalived, notes);
  const hosts = told.map((host) => withoutVips(host, router.vips));
  const names = nodeNames(hosts, router.hints);
  const proxies = syntax.haproxy.length > 0;
  const fields = routerFields(router, names, proxies, notes);
  const nodes = names.map((node, index) =>
    nodeItem(node, index, hosts[index], router.hints[index === 0 ? 0 : 1], notes),
  );
  const addresses = { vips: router.vips, own: ownAddress(nodes[0]), nodes: nodes.map(ownAddress) };
  const proxy = proxies ? readProxy(syntax.haproxy, addresses, notes) : { fields: [], tail: [] };
  const pair = record([
    field("name", literal(name)),
    field("nodes", list(nodes)),
    // Who runs there makes room for what the definition deploys.
    ...(live ? [field("takeOver", literal(true))] : []),
    ...fields,
    ...proxy.fields,
  ]);
  const stack = record([field("name", literal(name)), field("pairs", list([item(pair)]))]);
  tellFindings(
    [...syntax.haproxy, ...syntax.keepalived].flatMap(({ findings }) => findings),
    notes,
  );
  return {
    text: printStack(stack, [], [...router.tail, ...proxy.tail]),
    input: dataOf(stack),
    notes: notes.sorted(),
  };
}

/** A master has its virtual addresses beside its own. */
function withoutVips(host: ImportHost, vips: ReadonlySet<string>): ImportHost {
  if (host.interfaces === undefined) return host;
  const own = (text: string): boolean => !vips.has(parseInterface(text)?.address.text ?? text);
  const interfaces = host.interfaces.map(({ name, addresses }) => ({
    name,
    addresses: addresses.filter(own),
  }));
  return { ...host, interfaces };
}

/** Without its prefix length. */
function ownAddress(node: Item | undefined): string | undefined {
  if (node === undefined) return undefined;
  const { interfaceAddress } = dataOf(node.value) as { readonly interfaceAddress: string };
  return parseInterface(interfaceAddress)?.address.text;
}

/** Said by the mapping itself, or true of the file and not of what is made of it. */
const KNOWN = [
  "haproxy/removed",
  "haproxy/no-final-newline",
  "keepalived/removed",
  "keepalived/no-effect",
  "haproxy/no-effect",
];

/** What tandemd does not take as it stands, each line once. */
function tellFindings(findings: readonly Finding[], notes: Notes): void {
  const told = new Set(
    notes.sorted().flatMap(({ where }) => (where?.kind === "file" ? [`${where.file}:${where.line}`] : [])),
  );
  for (const finding of findings) {
    const key = `${finding.file}:${finding.line}`;
    if (finding.severity === "note" || KNOWN.includes(finding.code) || told.has(key)) continue;
    told.add(key);
    if (finding.code === "keepalived/missing-include") {
      notes.lost(finding, `${finding.message}, so what it includes is not in the definition`, {
        why: "files that others include are not read from live hosts, nor where they are missing",
        hint: "copy the files beside each other, and give --keepalived",
      });
      continue;
    }
    notes.refused(finding, `tandemd says of this line: ${finding.message}`, {
      why: "the line is carried over as it is",
      hint: finding.suggestion ?? "see docs/haproxy-support.md and docs/keepalived-support.md",
    });
  }
}
