import { until } from "../../index.ts";
import { type Demo, holders, page } from "../demo.ts";
import { differences, type HostState, hostState } from "../host-state.ts";
import type { StepNotes } from "../terminal.ts";

const up = ["up", "--yes", "--skip-preview", "--refresh", "--stack", "lab"] as const;

/** What a bad change leaves behind on the hosts: nothing. */
export async function refuse(demo: Demo, notes: StepNotes): Promise<void> {
  await refusedConfiguration(demo, notes);
  await hostThatDies(demo, notes);
}

/** The preferred master serves: on a busy machine the address may have been with the other one for a moment. */
async function settled(demo: Demo): Promise<void> {
  const [master] = demo.balancers;
  await until("the preferred master alone to hold the address", 30_000, async () => {
    const now = await holders(demo);
    return now.length === 1 && now[0] === master ? true : undefined;
  });
}

async function states(demo: Demo) {
  await settled(demo);
  return Promise.all(demo.balancers.map(async (name) => [name, await hostState(demo.lab, name)] as const));
}

/** What could not be taken over is kept for whoever looks for the reason, and takes no part in anything. */
const failedCopy = /^file \/var\/lib\/tandem(\/failed(\/|$)|$)/;
const inUse = (state: HostState): HostState => new Map([...state].filter(([what]) => !failedCopy.test(what)));

async function expectUnchanged(demo: Demo, before: Awaited<ReturnType<typeof states>>): Promise<void> {
  await settled(demo);
  for (const [name, was] of before) {
    const changed = differences(inUse(was), inUse(await hostState(demo.lab, name)));
    if (changed.length > 0) throw new Error(`${name} was to stay as it was, but:\n${changed.join("\n")}`);
  }
}

/** A line that the daemon does not accept is refused on the host, before anything is swapped. */
async function refusedConfiguration(demo: Demo, notes: StepNotes): Promise<void> {
  const { workspace } = demo;
  const before = await states(demo);
  const good = workspace.setup;
  workspace.setup = { ...good, extraProxyLine: "    balanse roundrobin" };
  const run = await workspace.run([...up]);
  workspace.setup = good;
  notes.expect(run.code !== 0, "pulumi up to refuse a misspelt directive", "it went through");
  notes.expect(
    /haproxy\.cfg:\d+:\d+/.test(run.text),
    "the error to name file, line and column",
    run.text.slice(-1500),
  );
  notes.excerpt("a directive that the daemon does not know", failure(run.text));
  await expectUnchanged(demo, before);
  notes.saw(`both hosts are as they were, and serve: ${await page(demo)}`);
}

/** The host disappears while its rollback timer runs: it goes back by itself, the other is not touched. */
async function hostThatDies(demo: Demo, notes: StepNotes): Promise<void> {
  const { lab, workspace } = demo;
  const [, backup] = demo.balancers;
  const before = await states(demo);
  const good = workspace.setup;
  workspace.setup = { ...good, servers: good.servers.slice(0, 2) };
  const running = workspace.run([...up]);
  await until("the rollback timer to be armed", 60_000, async () => {
    const timers = ["systemctl", "list-units", "--all", "--no-legend", "tandem-rollback*"];
    return (await lab.exec(backup, timers, { allowFailure: true })).stdout.trim() === "" ? undefined : true;
  });
  await lab.faults.isolate(backup);
  notes.doing(`${backup} cut off with its rollback timer armed`);
  const run = await running;
  workspace.setup = good;
  notes.expect(run.code !== 0, "pulumi up to fail", "it went through");
  notes.excerpt(`${backup} dies half way`, failure(run.text));
  notes.saw(`the page meanwhile: ${await page(demo)}`);
  await until(`${backup} to go back by itself`, 120_000, async () => {
    const timers = ["systemctl", "list-units", "--all", "--no-legend", "tandem-rollback*"];
    return (await lab.exec(backup, timers)).stdout.trim() === "" ? true : undefined;
  });
  await lab.faults.rejoin(backup);
  await expectUnchanged(demo, before);
  notes.saw(`${backup} went back to its release by itself, ${demo.balancers[0]} was not touched`);
  const clean = await workspace.expect([...up]);
  notes.saw(`the next pulumi up is clean again (${clean.seconds.toFixed(1)} s)`);
}

/** The part of Pulumi's output that tells what failed. */
function failure(text: string): string {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => /^Diagnostics:/.test(line));
  return lines
    .slice(start === -1 ? -25 : start, start === -1 ? undefined : start + 25)
    .join("\n")
    .trimEnd();
}
