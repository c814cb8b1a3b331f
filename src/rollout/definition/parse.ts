import { ExitCode, type Problem, TandemError } from "../../diagnostics/index.ts";
import { inspectStack, type ResolvedStack, suggestion } from "../../stack/index.ts";
import { schemaProblems } from "../../stack/schema-problems.ts";
import { type RolloutData, rolloutSchema, type StageData } from "./schema.ts";

/** A rollout whose stages' stacks are whole. */
export interface ParsedRollout extends Omit<RolloutData, "stages"> {
  readonly stages: readonly ParsedStage[];
}

export interface ParsedStage extends Omit<StageData, "stack"> {
  readonly stack: ResolvedStack;
  /** The definition as it was written: what Pulumi's program is given. */
  readonly input: unknown;
}

/**
 * The rollout with defaults, and warnings of its stacks.
 *
 * @throws TandemError with every problem of the rollout and of all its stacks at once, exit code 3.
 */
export function parseRollout(input: unknown): {
  readonly rollout: ParsedRollout;
  readonly warnings: readonly Problem[];
} {
  const parsed = rolloutSchema.safeParse(input);
  const stacks = stagesOf(input).map((stage, index) => inspect(stage, index));
  const ofStacks = stacks.flatMap(({ problems }) => problems);
  if (!parsed.success) {
    throw invalid([...schemaProblems(parsed.error, input, rolloutSchema), ...ofStacks]);
  }
  const stages = parsed.data.stages.flatMap((stage, index): ParsedStage[] => {
    const stack = stacks[index]?.stack;
    return stack === undefined ? [] : [{ ...stage, stack, input: stage.stack }];
  });
  const problems = [...ofStacks, ...crossProblems(parsed.data, stacks)];
  if (problems.some(({ severity }) => severity === "error")) throw invalid(problems);
  return { rollout: { ...parsed.data, stages }, warnings: problems };
}

const invalid = (problems: readonly Problem[]) =>
  new TandemError(problems, { exitCode: ExitCode.invalidStack });

function stagesOf(input: unknown): readonly unknown[] {
  const stages = (input as { stages?: unknown } | null)?.stages;
  return Array.isArray(stages) ? stages : [];
}

interface Inspected {
  readonly stack?: ResolvedStack;
  readonly problems: readonly Problem[];
}

/** What is wrong with a stage's own stack, with paths that start at the rollout. */
function inspect(stage: unknown, index: number): Inspected {
  const stack = (stage as { stack?: unknown } | null)?.stack;
  if (typeof stack !== "object" || stack === null) return { problems: [] };
  const found = inspectStack(stack);
  return {
    ...found,
    problems: found.problems.map((problem) =>
      problem.where?.kind === "path"
        ? { ...problem, where: { kind: "path", path: ["stages", index, "stack", ...problem.where.path] } }
        : problem,
    ),
  };
}

function crossProblems(rollout: RolloutData, stacks: readonly Inspected[]): Problem[] {
  return [
    ...twice(rollout),
    ...sharedHosts(rollout, stacks),
    ...rollout.stages.flatMap((stage, index) => waveProblems(stage, index, stacks[index]?.stack)),
  ];
}

function error(code: string, path: readonly (string | number)[], message: string, why: string, hint: string) {
  return { code, severity: "error", where: { kind: "path", path }, message, why, hint } satisfies Problem;
}

function twice({ stages }: RolloutData): Problem[] {
  return stages.flatMap(({ name }, index) =>
    stages.findIndex((other) => other.name === name) === index
      ? []
      : [
          error(
            "ROLLOUT_STAGE_TWICE",
            ["stages", index, "name"],
            `there are two stages ${JSON.stringify(name)}`,
            "the name is that of the Pulumi stack, which can be at one place of the order only",
            "give each environment a stack of its own",
          ),
        ],
  );
}

/** A host in two environments would get a release before it is due. */
function sharedHosts({ stages }: RolloutData, stacks: readonly Inspected[]): Problem[] {
  const seen = new Map<string, string>();
  const found: Problem[] = [];
  stacks.forEach(({ stack }, index) => {
    const name = stages[index]?.name ?? "";
    for (const [p, pair] of (stack?.pairs ?? []).entries()) {
      for (const [n, { connection }] of pair.nodes.entries()) {
        const key = `${connection.address} port ${connection.port}`;
        const first = seen.get(key);
        if (first !== undefined && first !== name)
          found.push(
            error(
              "ROLLOUT_HOST_SHARED",
              ["stages", index, "stack", "pairs", p, "nodes", n],
              `${key} is a host of stage ${first} too`,
              "it would get a release of this stage before the other has verified it",
              "give each environment hosts of its own",
            ),
          );
        seen.set(key, name);
      }
    }
  });
  return found;
}

function waveProblems(stage: StageData, index: number, stack: ResolvedStack | undefined): Problem[] {
  const names = stack?.pairs.map(({ name }) => name) ?? [];
  const taken = new Set<string>();
  const waves = stage.waves ?? [];
  return waves.flatMap((wave, w): Problem[] => {
    const path = ["stages", index, "waves", w];
    if (wave.kind === "rest" && w < waves.length - 1)
      return [
        error(
          "ROLLOUT_WAVE_AFTER_REST",
          path,
          "a wave stands behind the rest",
          "nothing is left for it",
          'put { kind: "rest" } last',
        ),
      ];
    if (wave.kind !== "pairs") return [];
    return wave.pairs.flatMap((pair, p): Problem[] => {
      const again = taken.has(pair);
      taken.add(pair);
      if (stack !== undefined && !names.includes(pair))
        return [
          error(
            "ROLLOUT_NO_SUCH_PAIR",
            [...path, "pairs", p],
            `stage ${stage.name} has no pair ${JSON.stringify(pair)}`,
            "a wave can only take pairs of its own stage",
            suggestion(pair, names),
          ),
        ];
      if (!again) return [];
      return [
        error(
          "ROLLOUT_PAIR_TWICE",
          [...path, "pairs", p],
          `pair ${JSON.stringify(pair)} is in an earlier wave already`,
          "a pair changes once",
          "leave it out here",
        ),
      ];
    });
  });
}
