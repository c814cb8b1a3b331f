import { ExitCode, type Problem, type Silence, silenced, TandemError } from "../diagnostics/index.ts";
import { crossCheck } from "./check/index.ts";
import { foreignSegments } from "./check/segments.ts";
import { repair } from "./repair.ts";
import { resolveStack } from "./resolve/resolve.ts";
import type { ResolvedStack } from "./resolve/resolved.ts";
import { stackSchema } from "./schema/stack.ts";
import { schemaProblems } from "./schema-problems.ts";

/** A good stack and what is worth a second look in it. */
export interface ParsedStack {
  readonly stack: ResolvedStack;
  readonly warnings: readonly Problem[];
}

/** All problems of a definition, errors and warnings; the stack only when there are no errors. */
export function inspectStack(input: unknown): {
  readonly stack?: ResolvedStack;
  readonly problems: readonly Problem[];
} {
  const parsed = stackSchema.safeParse(input);
  if (!parsed.success) return { problems: [...schemaProblems(parsed.error, input), ...further(input)] };
  const problems = crossCheck(parsed.data);
  if (problems.some((problem) => problem.severity === "error")) return { problems };
  return { stack: resolveStack(parsed.data), problems };
}

/** Virtual router ids that another stack, called `name` in the texts, has on the same segments. */
export function inspectNeighbour(input: unknown, other: unknown, name: string): readonly Problem[] {
  const [own, neighbour] = [stackSchema.safeParse(input), stackSchema.safeParse(other)];
  return own.success && neighbour.success ? foreignSegments(own.data, neighbour.data, name) : [];
}

/** What the cross checks say of a definition that the schema refuses, as far as it can be made whole. */
function further(input: unknown): Problem[] {
  const repaired = repair(input);
  if (repaired === undefined) return [];
  return crossCheck(repaired.data).filter(
    ({ where }) => where?.kind !== "path" || !repaired.doubts(where.path),
  );
}

/**
 * The definition with all defaults filled in, and its warnings.
 *
 * @throws TandemError with every problem at once and exit code 3 (invalidStack).
 */
export function checkStack(input: unknown): ParsedStack {
  const { stack, problems } = inspectStack(input);
  if (stack === undefined) throw new TandemError(problems, { exitCode: ExitCode.invalidStack });
  const told = silenced(problems, silencesOf(input));
  return { stack, warnings: told.filter((problem) => problem.silenced === undefined) };
}

/** Warnings that a definition silences, with their reasons; none of one that the schema refuses. */
export function silencesOf(input: unknown): readonly Silence[] {
  const parsed = stackSchema.safeParse(input);
  return parsed.success ? parsed.data.silences : [];
}

/** As `checkStack`, without the warnings. */
export function parseStack(input: unknown): ResolvedStack {
  return checkStack(input).stack;
}
