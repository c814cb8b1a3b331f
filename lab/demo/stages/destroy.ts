import { type Demo, holders } from "../demo.ts";
import { differences, hostState } from "../host-state.ts";
import type { StepNotes } from "../terminal.ts";

/** `pulumi destroy` leaves each host as it was before the first `up`. */
export async function destroy(demo: Demo, notes: StepNotes): Promise<void> {
  const run = await demo.workspace.expect(["destroy", "--yes", "--skip-preview", "--stack", "lab"]);
  notes.saw(`pulumi destroy ended in ${run.seconds.toFixed(1)} s`);
  for (const name of demo.balancers) {
    const before = demo.untouched.get(name);
    if (before === undefined) throw new Error(`${name} was not looked at before`);
    const left = differences(before, await hostState(demo.lab, name));
    notes.expect(left.length === 0, `${name} to be as before`, left.join("\n"));
    notes.saw(`${name}: ${before.size} files, parameters, units, addresses and processes are as before`);
  }
  notes.expect((await holders(demo)).length === 0, `nobody to hold ${demo.vip}`, "a host still does");
}
