import { createHash } from "node:crypto";
import { type Cost, measure } from "../fleet/cost.ts";
import { Fleet } from "../fleet/fleet.ts";
import type { Action, Command, Contender } from "./contender.ts";

/** Costs of each command by its id, one for each round. */
export type Costs = Readonly<Record<Action, Readonly<Record<string, readonly Cost[]>>>>;

const BEFORE = { retries: 3 };
const AFTER = { retries: 4 };

/** Actions on new hosts in their order, a first apply before all others, by each contender; who begins alternates. */
export async function compare(
  hosts: number,
  rounds: number,
  actions: readonly Action[],
  contenders: readonly Contender[],
): Promise<Costs> {
  const fleet = await Fleet.open(hosts / 2, `/mnt/fleet-${hosts}`);
  const found: Record<Action, Record<string, Cost[]>> = { first: {}, check: {}, change: {} };
  try {
    for (let round = 1; round <= rounds; round++) {
      const order = round % 2 === 1 ? contenders : [...contenders].reverse();
      const results = [];
      for (const contender of order) results.push(await once(fleet, contender, actions, found, round));
      if (new Set(results).size !== 1)
        throw new Error("the contenders left different files, executables or kernel parameters on the hosts");
    }
  } finally {
    await fleet.close();
  }
  return found;
}

/** Digest of what the hosts have in the end. */
async function once(
  fleet: Fleet,
  contender: Contender,
  actions: readonly Action[],
  found: Record<Action, Record<string, Cost[]>>,
  round: number,
): Promise<string> {
  await fleet.renew();
  await contender.prepare(fleet, BEFORE);
  for (const action of actions) {
    if (action === "change") contender.rewrite(fleet, AFTER);
    for (const command of contender.commands(action, fleet.hosts)) {
      const cost = await perform(command);
      const all = found[action];
      all[command.id] = [...(all[command.id] ?? []), cost];
      const [wall, cpu] = [cost.wallMs, cost.cpuMs].map((ms) => (ms / 1000).toFixed(2));
      console.error(
        `${fleet.hosts.length} hosts, round ${round}, ${action}, ${command.id}: ${wall} s, ${cpu} s of CPU`,
      );
    }
  }
  return await fingerprint(fleet);
}

async function perform(command: Command): Promise<Cost> {
  const { code, output, wallMs, cpuMs } = await measure(command.argv, command);
  if (!command.accept(code, output))
    throw new Error(`${command.id}, ${command.action}: ended with ${code}\n${output.slice(-6000)}`);
  return { wallMs, cpuMs };
}

/** What a host is, as far as both contenders decide it; its service has to run. */
const LOOK = `
cd /etc/tandem/current/ && sha256sum haproxy.cfg keepalived.conf nftables.nft && stat -c '%a %U %n' haproxy.cfg keepalived.conf nftables.nft
sha256sum /etc/sysctl.d/90-tandem.conf /etc/systemd/system/tandem.service /opt/tandem/bin/*
sed -n 's/ =.*//p' /etc/sysctl.d/90-tandem.conf | xargs sysctl
getent passwd tandem | cut -d : -f 1,5- && id -gn tandem
systemctl is-active tandem && systemctl is-enabled tandem
`;

async function fingerprint(fleet: Fleet): Promise<string> {
  const hash = createHash("sha256");
  for (const host of fleet.hosts) hash.update(await fleet.on(host, ["sh", "-ec", LOOK]));
  return hash.digest("hex");
}
