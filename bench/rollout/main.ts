// What a staged rollout over many hosts costs: `--help` says how.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { run } from "../../lab/index.ts";
import type { Cost } from "../fleet/cost.ts";
import { insideOwnNamespaces } from "../fleet/enter.ts";
import { Fleet } from "../fleet/fleet.ts";
import { removeLeftGroups } from "../fleet/group.ts";
import { machine } from "../fleet/machine.ts";
import { FleetRollout } from "../fleet/stages.ts";
import { page, type Report, type Step, table } from "./report.ts";

const HELP = `usage: node --import tsx bench/rollout/main.ts [OPTION...]
  --pairs N,N,N     pairs of dev, staging and prod (5,15,80: 200 hosts)
  --concurrency N   pairs of a wave that change at the same time (20)
  --minutes N       a command that takes longer is ended, and the run with it (10)
  --json FILE       figures; those of sizes that are not measured now stay as the file has them
  --page FILE       the page for docs/, from all figures
  --only-page       measures nothing: writes the page from the figures in the file
Needs root, sshd and \`npm run build\`.`;

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "5,15,80" },
    concurrency: { type: "string", default: "20" },
    minutes: { type: "string", default: "10" },
    json: { type: "string" },
    page: { type: "string" },
    "only-page": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function keep(report: Report): void {
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  if (values.page !== undefined) writeFileSync(values.page, page(report));
}

function number(name: "concurrency" | "minutes"): number {
  const found = Number(values[name]);
  if (!(found > 0)) throw new Error(`--${name} ${values[name]}: a number above 0`);
  return found;
}

function sizes(): readonly [number, number, number] {
  const found = values.pairs.split(",").map(Number);
  const [dev, staging, prod] = found;
  const good = found.length === 3 && found.every((pairs) => Number.isInteger(pairs) && pairs > 0);
  if (!good || dev === undefined || staging === undefined || prod === undefined)
    throw new Error(`--pairs ${values.pairs}: three numbers, of dev, staging and prod`);
  return [dev, staging, prod];
}

async function measureAll(before: Report | undefined): Promise<void> {
  const concurrency = number("concurrency");
  const timeoutMs = number("minutes") * 60_000;
  const pairs = sizes();
  const stages = (["dev", "staging", "prod"] as const).map((name, i) => ({
    name,
    pairs: pairs[i] ?? 0,
    more: { concurrency },
  }));
  await run(["mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", "/mnt"]);
  removeLeftGroups();
  const about = await machine();
  const fleet = await Fleet.open(
    pairs.reduce((sum, each) => sum + each, 0),
    "/mnt/fleet",
  );
  const hosts = fleet.hosts.length;
  const costs: Partial<Record<Step, Cost>> = {};
  const rollout = new FleetRollout("/mnt/rollout", fleet, stages, timeoutMs);
  const perform = async (step: Step, args: readonly string[], ends: number) => {
    const { code, output, wallMs, cpuMs } = await rollout.run(...args);
    if (code !== ends) throw new Error(`${step}: ended with ${code}, not ${ends}\n${output.slice(-6000)}`);
    costs[step] = { wallMs, cpuMs };
    const [wall, cpu] = [wallMs, cpuMs].map((ms) => (ms / 1000).toFixed(1));
    console.error(`${hosts} hosts, ${step}: ${wall} s, ${cpu} s of CPU`);
  };
  const arrived = async (retries: number) => {
    for (const { name } of stages)
      if ((await rollout.retries(name)).some((found) => found !== retries))
        throw new Error(`not every host of ${name} has the release`);
  };
  try {
    await fleet.renew();
    console.error(`${hosts} hosts are there`);
    rollout.define(3);
    await perform("plan", ["plan"], 2);
    await perform("first release", ["run", "--yes"], 0);
    await arrived(3);
    await perform("nothing to do", ["run", "--yes"], 0);
    rollout.define(4);
    await perform("one line changed", ["run", "--yes"], 0);
    await arrived(4);
  } finally {
    await fleet.close();
  }
  const measured = { [pairs.join(",")]: { hosts, concurrency, costs } };
  const report: Report = { machine: about, sizes: { ...before?.sizes, ...measured } };
  keep(report);
  console.log(table(report));
}

if (values.help) console.log(HELP);
else {
  const kept = values.json !== undefined && existsSync(values.json);
  const before = kept ? (JSON.parse(readFileSync(String(values.json), "utf8")) as Report) : undefined;
  if (values["only-page"] && before !== undefined) keep(before);
  else if (insideOwnNamespaces()) await measureAll(before);
}
