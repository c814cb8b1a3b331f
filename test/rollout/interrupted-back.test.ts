import { expect, test } from "vitest";
import {
  type Outcome,
  runRollout,
  type Shipment,
  type ShipOptions,
  type WantedRollout,
  type WantedStage,
} from "../../src/rollout/index.ts";
import { rolloutOf } from "./generate.ts";
import { MemoryDriver, MemoryStacks } from "./memory-driver.ts";

/** An engine that is interrupted while it brings pairs back: it says that the update was cancelled. */
class InterruptedBack extends MemoryDriver {
  readonly #abort: AbortController;
  readonly #stacks: MemoryStacks;

  constructor(stacks: MemoryStacks, abort: AbortController) {
    super(stacks);
    this.#stacks = stacks;
    this.#abort = abort;
  }

  override async restore(stage: WantedStage, _: readonly string[], options: ShipOptions): Promise<Shipment> {
    this.#abort.abort();
    this.#stacks.records.set(stage.name, options.edit(this.#stacks.world(stage.name).record));
    const problem = { code: "ROLLOUT_SHIP_FAILED", severity: "error" as const, message: "cancelled" };
    return { world: this.#stacks.world(stage.name), problems: [problem] };
  }
}

let tokens = 0;

function run(
  driver: MemoryDriver,
  rollout: WantedRollout,
  abort: AbortController,
  resume = false,
): Promise<Outcome> {
  return runRollout(rollout, driver, {
    run: rollout.name,
    token: `t${++tokens}`,
    owner: "ann@ci",
    host: "ci",
    pid: 42,
    resume,
    onEvent: () => undefined,
    signal: abort.signal,
  });
}

test("a rollout that is interrupted on the way back waits for whoever takes it up, and then goes on back", async () => {
  const stacks = new MemoryStacks();
  const shape = { pairs: 3, concurrency: 1, gates: 1, onFailure: "rollback" } as const;
  const [before, after] = ["v1", "v2"].map((version) => ({ ...rolloutOf([shape], version), name: version }));
  if (before === undefined || after === undefined) throw new RangeError("there are two");
  const alone = () => new AbortController();
  expect(await run(new MemoryDriver(stacks), before, alone())).toBe("verified");
  stacks.bad.add("dev web-3");
  const abort = alone();
  expect(await run(new InterruptedBack(stacks, abort), after, abort)).toBe("interrupted");
  expect(stacks.world("dev").record.lock).toMatchObject({ run: "v2", parked: true });
  expect(await run(new MemoryDriver(stacks), after, alone(), true)).toBe("rolledBack");
  expect(stacks.log.filter((line) => line.startsWith("restore"))).toEqual([
    "restore dev web-2",
    "restore dev web-1",
  ]);
  expect(stacks.world("dev").record.lock).toBeUndefined();
});
