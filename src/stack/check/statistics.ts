import type { Problem } from "../../diagnostics/index.ts";
import type { PairData } from "../schema/stack.ts";
import { userProblems } from "../secrets.ts";
import { suggestion } from "../suggest.ts";
import { error, type Path, repeated } from "./report.ts";

/** The statistics page: where it is, what it shows, who may see it. */
export function checkStatistics(pair: PairData, path: Path): Problem[] {
  const { statistics } = pair;
  if (statistics === undefined) return [];
  const at = [...path, "statistics"];
  return [
    ...placeProblems(pair, statistics, [...at, "at"]),
    ...scopeProblems(pair, statistics, [...at, "scope"]),
    ...usersProblems(statistics, [...at, "users"]),
    ...(statistics.prometheus === statistics.uri
      ? [
          error("STACK_STATISTICS_HIDDEN", [...at, "prometheus"], `${statistics.uri} is the page itself`, {
            why: "metrics would be answered there, and the page would be nowhere",
            hint: 'write another path, e.g. "/metrics"',
          }),
        ]
      : []),
  ];
}

type Statistics = NonNullable<PairData["statistics"]>;

function placeProblems(pair: PairData, { at }: Statistics, path: Path): Problem[] {
  if (at.kind === "frontend") {
    const frontend = pair.frontends.find(({ name }) => name === at.frontend);
    if (frontend?.mode === "http") return [];
    const http = pair.frontends.filter(({ mode }) => mode === "http").map(({ name }) => name);
    const where = [...path, "frontend"];
    if (frontend === undefined)
      return [
        unknown(`there is no frontend ${JSON.stringify(at.frontend)} in this pair`, where, at.frontend, http),
      ];
    return [
      error("STACK_STATISTICS_NEEDS_HTTP", where, `frontend ${JSON.stringify(at.frontend)} is tcp`, {
        why: "it reads no requests, so it cannot answer one with a page",
        hint: 'name an http frontend, or write at: { kind: "own" }',
      }),
    ];
  }
  const taken = [
    ...pair.frontends,
    ...pair.backends,
    ...pair.sections.filter(({ kind }) => ["frontend", "backend", "listen"].includes(kind)),
  ].some(({ name }) => name === at.name);
  if (!taken) return [];
  return [
    error("STACK_NAME_TWICE", [...path, "name"], `the section ${JSON.stringify(at.name)} is there already`, {
      why: "haproxy.cfg would have two sections of one name",
      hint: "give the page's section a name of its own",
    }),
  ];
}

function scopeProblems(pair: PairData, { at, scope }: Statistics, path: Path): Problem[] {
  const known = [
    ".",
    ...[...pair.frontends, ...pair.backends, ...pair.sections].map(({ name }) => name),
    ...(at.kind === "own" ? [at.name] : []),
  ];
  return scope.flatMap((name, i) =>
    known.includes(name)
      ? []
      : [unknown(`there is no section ${JSON.stringify(name)} in this pair`, [...path, i], name, known)],
  );
}

function unknown(message: string, path: Path, name: string, known: readonly string[]): Problem {
  return error("STACK_UNKNOWN_REFERENCE", path, message, { hint: suggestion(name, known) });
}

function usersProblems({ users }: Statistics, path: Path): Problem[] {
  const twice = repeated(users, ({ name }) => name).map(({ item, index }) =>
    error(
      "STACK_NAME_TWICE",
      [...path, index, "name"],
      `user ${JSON.stringify(item.name)} stands here again`,
      {
        why: "only the first of the two passwords would count",
        hint: "give it a name of its own",
      },
    ),
  );
  const unfit = users.flatMap(({ password }, i) =>
    password.kind === "plain" ? userProblems(password.value, [...path, i, "password", "value"]) : [],
  );
  return [...twice, ...unfit];
}
