// A rollout over real sshd and the real daemon, three environments of so many pairs: run by fleet.test.ts, in
// namespaces of its own. Ends with 0 when everything was as it should be.
import { deepEqual, equal, match } from "node:assert/strict";
import { insideOwnNamespaces } from "../../../bench/fleet/enter.ts";
import { Fleet, type FleetHost } from "../../../bench/fleet/fleet.ts";
import { FleetRollout } from "../../../bench/fleet/stages.ts";
import { run } from "../../../lab/index.ts";

const pairs = Number(process.argv[2]);
/** A first release alone, or also what is forced, refused and taken back. */
const whole = process.argv[3] === "whole";

/** The host can be asked and not written to. */
const FREEZE = "mount --bind /etc/tandem /etc/tandem && mount -o remount,ro,bind /etc/tandem";
const THAW = "umount /etc/tandem";

async function main(): Promise<void> {
  await run(["mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", "/mnt"]);
  const fleet = await Fleet.open(3 * pairs, "/mnt/fleet");
  const rest = { concurrency: pairs, waves: [{ kind: "rest" }] };
  const canary = { kind: "pairs", pairs: [`web-${2 * pairs + 1}`] };
  const stages = [
    { name: "dev", pairs, more: { ...rest, gates: [] } },
    { name: "staging", pairs, more: { ...rest, gates: whole ? undefined : [] } },
    { name: "prod", pairs, more: { ...rest, waves: [canary, { kind: "rest" }], onFailure: "rollback" } },
  ];
  const rollout = new FleetRollout("/mnt/rollout", fleet, stages);
  const all = async (stage: string, retries: number) =>
    deepEqual(await rollout.retries(stage), Array(2 * pairs).fill(retries), `${stage} has ${retries}`);
  const perform = async (ends: number, says: RegExp, ...args: readonly string[]) => {
    const { code, output } = await rollout.run("run", "--yes", ...args);
    equal(code, ends, output);
    match(output, says);
    console.log(`done: run ${args.join(" ")}`);
  };
  try {
    await fleet.renew();
    rollout.define(3);
    await perform(1, /ROLLOUT_NOT_VERIFIED/, "--stage", "prod");
    await perform(0, /fleet is verified in every stage/);
    for (const { name } of stages) await all(name, 3);
    if (!whole) return;

    // Prod takes what staging has not verified only with a reason, which is kept.
    rollout.define(4);
    await perform(1, /ROLLOUT_NOT_VERIFIED/, "--stage", "prod");
    await all("prod", 3);
    await perform(0, /verified/, "--stage", "prod", "--force", "the fire");
    await all("prod", 4);
    match((await rollout.run("status", "--json")).output, /"forced": \{\s+"reason": "the fire"/);
    await perform(0, /fleet is verified in every stage/);

    // One host of the last pair refuses: everything of prod goes back to what was verified last.
    rollout.define(5);
    const last = rollout.hosts("prod").at(-2) as FleetHost;
    await fleet.on(last, ["sh", "-ec", FREEZE]);
    await perform(5, /release [0-9a-f]{16} is back/);
    await fleet.on(last, ["sh", "-ec", THAW]);
    await all("staging", 5);
    await all("prod", 4);
    await perform(0, /fleet is verified in every stage/);
    await all("prod", 5);
  } finally {
    await fleet.close();
  }
}

if (insideOwnNamespaces()) await main();
