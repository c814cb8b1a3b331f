import type { WantedStage } from "../release/wanted.ts";
import type { World } from "../run/world.ts";

/** Pairs of a stage whose content the stage before has not verified. */
export function unverifiedPairs(
  stage: WantedStage,
  before: WantedStage | undefined,
  world: World,
): readonly string[] {
  if (before === undefined) return [];
  const verified = world[before.name]?.record.verified;
  const contents = new Set(Object.values(verified?.pairs ?? {}).map(({ content }) => content));
  return stage.pairs.filter(({ content }) => !contents.has(content)).map(({ name }) => name);
}
