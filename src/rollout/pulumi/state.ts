import * as z from "zod";
import { ExitCode, TandemError } from "../../diagnostics/index.ts";
import type { NodeInputs } from "../../provider/node/inputs.ts";
import { storedInputs, unwrapState } from "../../provider/node/stored.ts";
import { emptyRecord, type StageRecord, stageRecordSchema } from "../run/record.ts";
import { type DeployedPair, sameReleases } from "../run/world.ts";

const resource = z.object({
  urn: z.string(),
  type: z.string(),
  parent: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
  initErrors: z.array(z.string()).nullish(),
});

const deploymentSchema = z.object({ resources: z.array(resource).nullish() });

type Resource = z.output<typeof resource>;

/** A stage's Pulumi stack as it was last written, secrets in plain text: never printed, never kept. */
export interface StackState {
  readonly resources: readonly Resource[];
}

export function parseState(deployment: unknown): StackState {
  return { resources: deploymentSchema.parse(deployment ?? {}).resources ?? [] };
}

const PAIR = "tandem:index:LoadBalancerPair";

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

const outputsOf = (state: StackState): Readonly<Record<string, unknown>> =>
  state.resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {};

/** The output `rollout`. Throws ROLLOUT_RECORD_UNREADABLE for one of another version. */
export function recordOf(stage: string, state: StackState): StageRecord {
  const { rollout } = outputsOf(state);
  if (rollout === undefined) return emptyRecord;
  const parsed = stageRecordSchema.safeParse(unwrapState(rollout));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new TandemError(
    [
      {
        code: "ROLLOUT_RECORD_UNREADABLE",
        severity: "error",
        message: `the output \`rollout\` of stage ${stage} cannot be read: ${issue?.path.join(".")}: ${issue?.message}`,
        why: "what was verified there is not known",
        hint: "use the version of Tandem that wrote it",
      },
    ],
    { exitCode: ExitCode.failed, cause: parsed.error },
  );
}

const definitionSchema = z.object({
  input: z.unknown(),
  binary: z.object({ sha256: z.string(), version: z.string() }),
});

export type SavedDefinition = z.output<typeof definitionSchema>;

/** The definition that was verified last, as it was written then. */
export function definitionOf(state: StackState): SavedDefinition | undefined {
  const text = unwrapState(outputsOf(state).rolloutDefinition);
  return typeof text === "string" ? definitionSchema.parse(JSON.parse(text)) : undefined;
}

/** Everything that belongs to a pair, its component first. */
export function resourcesOf(state: StackState, pair: string): readonly Resource[] {
  const own = state.resources.find(({ type, urn }) => type === PAIR && nameOf(urn) === pair);
  return own === undefined ? [] : [own, ...state.resources.filter(({ parent }) => parent === own.urn)];
}

export function pairNames(state: StackState): string[] {
  return state.resources.filter(({ type }) => type === PAIR).map(({ urn }) => nameOf(urn));
}

/** Releases of every pair, and whether all its parts ended well with them. */
export function deployedPairs(state: StackState): Record<string, DeployedPair> {
  return Object.fromEntries(pairNames(state).map((pair) => [pair, deployedPair(state, pair)]));
}

function deployedPair(state: StackState, pair: string): DeployedPair {
  const parts = resourcesOf(state, pair);
  const nodes = Object.fromEntries(
    parts
      .filter(({ type }) => type === "tandem:index:Node")
      .map(({ urn, outputs }) => [
        nameOf(urn).slice(pair.length + 1),
        String(unwrapState(outputs?.releaseId) ?? ""),
      ]),
  );
  const proofs = parts.filter(
    ({ type }) => type === "tandem:index:PairHearing" || type === "tandem:index:FailoverDrill",
  );
  const heard = proofs.some(({ type }) => type === "tandem:index:PairHearing");
  const current = proofs.every(({ inputs }) => {
    const releases = unwrapState(inputs?.releases) as Readonly<Record<string, string>> | undefined;
    return releases !== undefined && sameReleases(releases, nodes);
  });
  const failed = parts.some(({ initErrors }) => (initErrors ?? []).length > 0);
  return { nodes, well: heard && current && !failed };
}

/** What was last applied to each node of these pairs. */
export function nodesOf(state: StackState, pairs: readonly string[]): readonly NodeInputs[] {
  return pairs.flatMap((pair) =>
    resourcesOf(state, pair)
      .filter(({ type }) => type === "tandem:index:Node")
      .map(({ urn, inputs }) => storedInputs(urn, inputs)),
  );
}

export interface DrillVerdict {
  readonly pair: string;
  readonly fault: string;
  readonly passed: boolean;
  readonly outageMs: number;
}

const drillOutputs = z.object({
  results: z.record(z.string(), z.object({ passed: z.boolean(), outageMs: z.number() })),
});

/** What the deployment's own drills said. */
export function drillVerdicts(state: StackState, pair: string): readonly DrillVerdict[] {
  return resourcesOf(state, pair)
    .filter(({ type }) => type === "tandem:index:FailoverDrill")
    .flatMap(({ outputs }) => {
      const parsed = drillOutputs.safeParse(unwrapState(outputs ?? {}));
      if (!parsed.success) return [];
      return Object.entries(parsed.data.results).map(([fault, result]) => ({ pair, fault, ...result }));
    });
}
