// What a staged rollout over many hosts costs: `--help` says how.
import { parseArgs } from "node:util";
import { run } from "../../lab/index.ts";
import { insideOwnNamespaces } from "../fleet/enter.ts";
import { Fleet } from "../fleet/fleet.ts";
import { removeLeftGroups } from "../fleet/group.ts";
import { FleetRollout } from "../fleet/stages.ts";

const HELP = `usage: node --import tsx bench/rollout/main.ts [OPTION...]
  --pairs N,N,N     pairs of dev, staging and prod (5,15,80: 200 hosts)
  --concurrency N   pairs of a wave that change at the same time (20)
Needs root, sshd and \`npm run build\`.`;

const { values } = parseArgs({
  options: {
    pairs: { type: "string", default: "5,15,80" },
    concurrency: { type: "string", default: "20" },
    help: { type: "boolean", default: false },
  },
});

async function main(): Promise<void> {
  await run(["mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", "/mnt"]);
  removeLeftGroups();
  const sizes = values.pairs.split(",").map(Number);
  const concurrency = Number(values.concurrency);
  const stages = ["dev", "staging", "prod"].map((name, i) => ({
    name,
    pairs: sizes[i] ?? 1,
    more: { concurrency },
  }));
  const fleet = await Fleet.open(
    stages.reduce((sum, { pairs }) => sum + pairs, 0),
    "/mnt/fleet",
  );
  const rollout = new FleetRollout("/mnt/rollout", fleet, stages);
  const perform = async (what: string, args: readonly string[], ends: number) => {
    const { code, output, wallMs, cpuMs } = await rollout.run(...args);
    if (code !== ends) throw new Error(`${what}: ended with ${code}, not ${ends}\n${output.slice(-6000)}`);
    const [wall, cpu] = [wallMs, cpuMs].map((ms) => (ms / 1000).toFixed(1));
    console.log(`${fleet.hosts.length} hosts, ${what}: ${wall} s, ${cpu} s of CPU`);
  };
  const arrived = async (retries: number) => {
    for (const { name } of stages)
      if ((await rollout.retries(name)).some((found) => found !== retries))
        throw new Error(`not every host of ${name} has the release`);
  };
  try {
    await fleet.renew();
    rollout.define(3);
    await perform("plan", ["plan"], 2);
    await perform("first release, all stages", ["run", "--yes"], 0);
    await arrived(3);
    await perform("nothing to do", ["run", "--yes"], 0);
    rollout.define(4);
    await perform("one line changed, all stages", ["run", "--yes"], 0);
    await arrived(4);
  } finally {
    await fleet.close();
  }
}

if (values.help) console.log(HELP);
else if (insideOwnNamespaces()) await main();
