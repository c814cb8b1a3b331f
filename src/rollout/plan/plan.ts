import { contentDifferences, pairContent } from "../release/content.ts";
import type { WantedRollout, WantedStage } from "../release/wanted.ts";
import type { StageRecord } from "../run/record.ts";
import { isVerified, pendingWaves, type World } from "../run/world.ts";
import { unverifiedPairs } from "./promotion.ts";

/** What a run would do in one stage, and what it found there. */
export interface StagePlan {
  readonly stage: string;
  readonly release: string;
  readonly verified: StageRecord["verified"];
  readonly attempt: StageRecord["attempt"];
  readonly lock: StageRecord["lock"];
  readonly state: "verified" | "due" | "refused" | "after";
  /** Names of pairs by wave; `done` are at the release already. */
  readonly waves: readonly { readonly pairs: readonly string[]; readonly done: readonly string[] }[];
  readonly concurrency: number;
  readonly gates: readonly string[];
  readonly onFailure: "stop" | "rollback";
  /** Pairs that can never be verified by the stage before, as it has nothing like them. */
  readonly unlike: readonly {
    readonly pair: string;
    readonly nearest: string;
    readonly paths: readonly string[];
  }[];
}

/** What `tandem rollout run` would do now; touches nothing. */
export function planRollout(rollout: WantedRollout, world: World): readonly StagePlan[] {
  return rollout.stages.map((stage, index) => {
    const before = rollout.stages[index - 1];
    const found = world[stage.name] ?? { record: { version: 1, history: [] }, deployed: {} };
    const unlike = before === undefined ? [] : unlikePairs(rollout, stage, before);
    const pending = pendingWaves(stage, found);
    const verified = isVerified(stage, found);
    const unproved = unverifiedPairs(stage, before, world).length > 0;
    return {
      stage: stage.name,
      release: stage.release,
      verified: found.record.verified,
      attempt: found.record.attempt,
      lock: found.record.lock,
      state: verified ? "verified" : unlike.length > 0 ? "refused" : unproved ? "after" : "due",
      waves: stage.waves.map((pairs, w) => ({
        pairs,
        done: pairs.filter((pair) => !(pending[w] ?? []).includes(pair)),
      })),
      concurrency: stage.concurrency,
      gates: stage.gates.map(({ kind }) => kind),
      onFailure: stage.onFailure,
      unlike,
    };
  });
}

/** Pairs with a content that the stage before does not even want, and where they differ from the most alike. */
function unlikePairs(rollout: WantedRollout, stage: WantedStage, before: WantedStage): StagePlan["unlike"] {
  const contentOf = (of: WantedStage, name: string): unknown => {
    const pair = of.source.stack.pairs.find((candidate) => candidate.name === name);
    return pair === undefined ? undefined : pairContent(pair, rollout.binary, rollout.varies);
  };
  const known = new Set(before.pairs.map(({ content }) => content));
  return stage.pairs
    .filter(({ content }) => !known.has(content))
    .map(({ name }) => {
      const own = contentOf(stage, name);
      const others = before.pairs.map((other) => ({
        name: other.name,
        paths: contentDifferences(contentOf(before, other.name), own, 50),
      }));
      const [first = { name: "", paths: [] }, ...rest] = others;
      const nearest = rest.reduce(
        (best, next) => (next.paths.length < best.paths.length ? next : best),
        first,
      );
      return { pair: name, nearest: nearest.name, paths: nearest.paths.slice(0, 5) };
    });
}
