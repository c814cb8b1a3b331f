import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { isPopulated, killGroup, labGroup, removeGroup } from "../host/cgroup.ts";
import { removeDisks } from "../host/disk.ts";
import { stopHost } from "../host/machine.ts";
import { removeLinks } from "../network.ts";
import type { LabPlan } from "../plan.ts";
import { until } from "../run.ts";
import { forget, isOrphan, labDir, labNames, readRecord } from "./record.ts";
import { releaseSubnet } from "./subnet.ts";

/**
 * Takes a lab down, whatever state it is in: half made, running, or left behind by a crash.
 * `gently` shuts the hosts down in order; otherwise they lose power. Safe to repeat and to run twice at once.
 */
export async function tearDown(name: string, gently: boolean): Promise<void> {
  const plan = readRecord(name)?.plan;
  if (plan !== undefined) {
    if (gently) await Promise.all(plan.hosts.map((host) => stopHost(plan, host).catch(() => undefined)));
    await endProcesses(plan);
    await removeLinks(plan.id);
    for (const host of plan.hosts) {
      // A folder that nspawn keeps per machine; it stays when nspawn itself is killed.
      rmSync(join("/run/systemd/nspawn/propagate", `${plan.id}-${host.name}`), {
        recursive: true,
        force: true,
      });
    }
    releaseSubnet(name, plan.prefix);
  }
  await removeDisks(name);
  forget(name);
}

async function endProcesses(plan: LabPlan): Promise<void> {
  const group = labGroup(plan.id);
  killGroup(group);
  await until(`lab ${plan.name} ends`, 10_000, () =>
    !isPopulated(group) && removeGroup(group) ? true : undefined,
  );
}

/** Labs that no process owns any more, and folders whose creator died before it wrote a record. */
export function orphans(): readonly string[] {
  return labNames().filter((name) => {
    const record = readRecord(name);
    if (record !== undefined) return isOrphan(record);
    const dir = labDir(name);
    return existsSync(dir) && Date.now() - statSync(dir).mtimeMs > 60_000 && readdirSync(dir).length === 0;
  });
}

/** Ends what crashed owners left behind; returns the names of the labs. */
export async function reapOrphans(): Promise<readonly string[]> {
  const names = orphans();
  await Promise.all(names.map((name) => tearDown(name, false)));
  return names;
}
