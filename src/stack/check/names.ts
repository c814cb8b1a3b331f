import { formatPath, type Problem } from "../../diagnostics/index.ts";
import type { PairData, StackData, VrrpInstanceData } from "../schema/stack.ts";
import { suggestion } from "../suggest.ts";
import { error, type Path, repeated, warning } from "./report.ts";

type Named = { readonly name: string };

/** Names that must be unique, in the stack and in each pair. */
export function checkNames(stack: StackData): Problem[] {
  const nodes = stack.pairs.flatMap((pair, i) =>
    pair.nodes.map((node, j) => ({ name: node.name, path: ["pairs", i, "nodes", j] })),
  );
  return [
    ...twice(stack.pairs, ["pairs"], "pair"),
    ...repeated(nodes, (node) => node.name).map(({ item, first }) =>
      duplicate(item, item.path, nodes[first]?.path ?? [], "node"),
    ),
    ...stack.pairs.flatMap((pair, i) => pairNames(pair, ["pairs", i])),
  ];
}

function pairNames(pair: PairData, path: Path): Problem[] {
  return [
    ...twice(pair.trackScripts, [...path, "trackScripts"], "track script"),
    ...twice(pair.vrrpInstances, [...path, "vrrpInstances"], "VRRP instance"),
    ...twice(pair.syncGroups, [...path, "syncGroups"], "sync group"),
    ...twice(pair.frontends, [...path, "frontends"], "frontend"),
    ...twice(pair.backends, [...path, "backends"], "backend"),
    ...repeated(pair.sections, ({ kind, name }) => `${kind} ${name}`).map(({ item, index, first }) =>
      duplicate(item, [...path, "sections", index], [...path, "sections", first], item.kind),
    ),
    ...twice(pair.certificates, [...path, "certificates"], "certificate"),
    ...pair.backends.flatMap((backend, i) =>
      twice(backend.servers, [...path, "backends", i, "servers"], "server"),
    ),
  ];
}

function twice(things: readonly Named[], path: Path, what: string): Problem[] {
  return repeated(things, (thing) => thing.name).map(({ item, index, first }) =>
    duplicate(item, [...path, index], [...path, first], what),
  );
}

function duplicate(thing: Named, path: Path, first: Path, what: string): Problem {
  return error(
    "STACK_NAME_TWICE",
    [...path, "name"],
    `${what} ${JSON.stringify(thing.name)} stands here again`,
    {
      why: `the first is ${formatPath(first)}; one of the two would be lost`,
      hint: "give it a name of its own",
    },
  );
}

/** Names of a pair that other parts of it refer to. */
interface Names {
  readonly nodes: readonly string[];
  readonly scripts: readonly string[];
  readonly instances: readonly string[];
  readonly backends: readonly string[];
  readonly defaults: readonly string[];
  readonly certificates: readonly string[];
}

/** Every reference names something, and nothing defined is left unused. */
export function checkReferences(pair: PairData, path: Path): Problem[] {
  const of = (things: readonly { readonly name: string }[]): string[] => things.map((thing) => thing.name);
  const names: Names = {
    nodes: of(pair.nodes),
    scripts: of(pair.trackScripts),
    instances: of(pair.vrrpInstances),
    backends: of([
      ...pair.backends,
      ...pair.sections.filter(({ kind }) => kind === "backend" || kind === "listen"),
    ]),
    defaults: of(pair.sections.filter(({ kind }) => kind === "defaults")),
    certificates: of(pair.certificates),
  };
  return [
    ...pair.vrrpInstances.flatMap((instance, i) =>
      ofInstance(instance, names, [...path, "vrrpInstances", i]),
    ),
    ...pair.syncGroups.flatMap((group, i) =>
      unknown(group.instances, names.instances, "VRRP instance", (j) => [
        ...path,
        "syncGroups",
        i,
        "instances",
        j,
      ]),
    ),
    ...pair.frontends.flatMap((frontend, i) => ofFrontend(frontend, names, [...path, "frontends", i])),
    ...(["frontends", "backends", "sections"] as const).flatMap((list) =>
      pair[list].flatMap(({ from }, i) =>
        unknown(present(from), names.defaults, "defaults section", () => [...path, list, i, "from"]),
      ),
    ),
    ...ofTls(pageTls(pair), names, [...path, "statistics", "at", "tls"]),
    ...unknown(present(pair.drill?.from), names.nodes, "node", () => [...path, "drill", "from"]),
    ...unused(pair, path),
  ];
}

function ofInstance(instance: VrrpInstanceData, names: Names, path: Path): Problem[] {
  return [
    ...unknown([instance.master], names.nodes, "node", () => [...path, "master"]),
    ...Object.keys(instance.members).flatMap((node) =>
      unknown([node], names.nodes, "node", () => [...path, "members", node]),
    ),
    ...unknown(instance.trackScripts, names.scripts, "track script", (j) => [...path, "trackScripts", j]),
  ];
}

function ofFrontend(frontend: PairData["frontends"][number], names: Names, path: Path): Problem[] {
  return [
    ...unknown(present(frontend.defaultBackend), names.backends, "backend", () => [
      ...path,
      "defaultBackend",
    ]),
    ...frontend.binds.flatMap((bind, j) => ofTls(bind.tls, names, [...path, "binds", j, "tls"])),
  ];
}

type Tls = PairData["frontends"][number]["binds"][number]["tls"];

function ofTls(tls: Tls, names: Names, path: Path): Problem[] {
  return unknown(tls?.certificates ?? [], names.certificates, "certificate", (k) => [
    ...path,
    "certificates",
    k,
  ]);
}

/** TLS of the statistics page's own port. */
const pageTls = ({ statistics }: PairData): Tls =>
  statistics?.at.kind === "own" ? statistics.at.tls : undefined;

function present(name: string | undefined): string[] {
  return name === undefined ? [] : [name];
}

function unknown(
  wanted: readonly string[],
  known: readonly string[],
  what: string,
  path: (index: number) => Path,
): Problem[] {
  return wanted.flatMap((name, index) =>
    known.includes(name)
      ? []
      : [
          error(
            "STACK_UNKNOWN_REFERENCE",
            path(index),
            `there is no ${what} ${JSON.stringify(name)} in this pair`,
            {
              hint: suggestion(name, known),
            },
          ),
        ],
  );
}

function unused(pair: PairData, path: Path): Problem[] {
  const scripts = new Set(pair.vrrpInstances.flatMap((instance) => instance.trackScripts));
  const backends = new Set(
    // `use_backend site if …` among the further directives is a use, too.
    [
      ...pair.frontends.map(({ defaultBackend }) => defaultBackend),
      ...[
        ...pair.proxy.defaultDirectives,
        ...[...pair.frontends, ...pair.sections].flatMap(({ directives }) => directives),
      ].flatMap((line) => line.split(/\s+/)),
    ],
  );
  const blocks = new Set(
    pair.vrrpInstances.flatMap(({ directives }) => directives.flatMap((line) => line.trim().split(/\s+/))),
  );
  const certificates = new Set(
    [...pair.frontends.flatMap(({ binds }) => binds.map(({ tls }) => tls)), pageTls(pair)].flatMap(
      (tls) => tls?.certificates ?? [],
    ),
  );
  const left = (name: string, what: string, where: Path): Problem =>
    warning("STACK_UNUSED", where, `${what} ${JSON.stringify(name)} is used by nothing`, {
      hint: "refer to it or take it out",
    });
  return [
    ...pair.trackScripts.flatMap(({ name }, i) =>
      scripts.has(name) || blocks.has(name) ? [] : [left(name, "track script", [...path, "trackScripts", i])],
    ),
    ...pair.backends.flatMap(({ name }, i) =>
      backends.has(name) ? [] : [left(name, "backend", [...path, "backends", i])],
    ),
    ...pair.certificates.flatMap(({ name }, i) =>
      certificates.has(name) ? [] : [left(name, "certificate", [...path, "certificates", i])],
    ),
  ];
}
