import { age, type StagePlan } from "../../rollout/index.ts";
import type { Printer } from "../printer.ts";

const STATES: Readonly<Record<StagePlan["state"], string>> = {
  verified: "verified, nothing to do",
  due: "due",
  after: "after the stage before has verified it",
  refused: "refused: the stage before has nothing like it",
};

/** The plan as text: every stage with its waves, pairs and gates. */
export function printPlan({ data, colors: c }: Printer, plan: readonly StagePlan[]): void {
  for (const stage of plan) {
    const paint = stage.state === "verified" ? c.green : stage.state === "refused" ? c.red : c.yellow;
    data(`${c.bold(stage.stage)} release ${stage.release}: ${paint(STATES[stage.state])}`);
    for (const { pair, nearest, paths } of stage.unlike)
      data(`  ${pair} differs from ${nearest} of the stage before in ${paths.join(", ")}`);
    stage.waves.forEach(({ pairs, done }, wave) => {
      const shown = pairs.map((pair) => (done.includes(pair) ? `${pair} (done)` : pair)).join(", ");
      data(`  wave ${wave + 1}, ${stage.concurrency} at a time: ${shown}`);
    });
    for (const gate of stage.gates) data(`  gate ${gate}`);
    data(`  on failure: ${stage.onFailure}`);
  }
}

/** What is where, and since when. */
export function printStatus({ data, colors: c }: Printer, plan: readonly StagePlan[], now: string): void {
  for (const { stage, verified, attempt, lock, waves } of plan) {
    const pairs = waves.flatMap((wave) => wave.pairs).length;
    const done = waves.flatMap((wave) => wave.done).length;
    data(c.bold(stage));
    data(
      verified === undefined
        ? "  nothing verified yet"
        : `  verified: release ${verified.release}, ${age(verified.at, now)} ago by ${verified.owner}${
            verified.forced === undefined ? "" : `, forced: ${verified.forced.reason}`
          }`,
    );
    if (attempt !== undefined)
      data(
        `  ${attempt.state}: release ${attempt.release}, begun ${age(attempt.began, now)} ago by ${attempt.owner}${
          attempt.reason === undefined ? "" : `: ${attempt.reason}`
        }`,
      );
    data(`  ${done} of ${pairs} pairs are at the defined release`);
    if (lock !== undefined)
      data(
        `  ${c.yellow(lock.parked ? "waits" : "held")}: run ${lock.run} of ${lock.owner} (pid ${lock.pid} on ${lock.host}), begun ${age(
          lock.since,
          now,
        )} ago, last written ${age(lock.beat, now)} ago; tandem rollout resume | abort`,
      );
  }
}
