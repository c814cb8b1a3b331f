import { formatPath, type Problem } from "../../diagnostics/index.ts";
import type { PairData, StackData } from "../schema/stack.ts";
import { error, type Path, repeated } from "./report.ts";

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
