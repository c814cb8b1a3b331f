// Outage as a client sees it, per fault: tandemd beside Debian's keepalived and haproxy, rendered from the same
// definition, in one lab, rounds interleaved.
// usage: node --import tsx bench/hosts/main.ts [--rounds 10] [--advert 100ms] [--only tandem|debian] [--json FILE]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createLab } from "../../lab/index.ts";
import { startClient } from "./client.ts";
import { control, provision } from "./contender.ts";
import { benchPairs, type Contender, contenders, type Interval, vipOf } from "./definition.ts";
import { figures, table } from "./report.ts";
import { faults, type Round, runRound } from "./round.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    advert: { type: "string", default: "100ms" },
    interval: { type: "string", default: "4" },
    only: { type: "string" },
    json: { type: "string" },
  },
});
if (!/^\d+m?s$/.test(values.advert)) throw new Error(`--advert ${values.advert}: write e.g. 100ms or 1s`);

// Three adverts and a bit until a backup takes over, then time for a restarted service to come back.
const watchMs = 4 * milliseconds(values.advert) + 2000;
const chosen = contenders.filter((contender) => values.only === undefined || contender === values.only);
const lab = await createLab({
  hosts: [
    { name: "lb-a", role: "lb" },
    { name: "lb-b", role: "lb" },
    { name: "deb-a", role: "debian-lb" },
    { name: "deb-b", role: "debian-lb" },
    { name: "web-1", role: "web" },
    { name: "web-2", role: "web" },
    { name: "client", role: "client" },
  ],
});
const rounds: Round[] = [];
try {
  const pairs = benchPairs(lab, values.advert as Interval);
  for (const contender of chosen) {
    const pair = pairs.get(contender);
    if (pair !== undefined) await provision(lab, contender, pair);
  }
  for (let n = 1; n <= Number(values.rounds); n++) {
    for (const fault of faults)
      for (const contender of chosen) rounds.push(await measure(contender, fault, n));
  }
  console.log(
    `\nadvert interval ${values.advert}, a probe every ${values.interval} ms, outage = longest time without an answer\n`,
  );
  console.log(table(figures(rounds)));
  if (values.json !== undefined) {
    writeFileSync(
      values.json,
      `${JSON.stringify({ options: values, figures: figures(rounds), rounds }, null, 2)}\n`,
    );
  }
} finally {
  await lab.down();
}

function milliseconds(text: string): number {
  return Number.parseInt(text, 10) * (text.endsWith("ms") ? 1 : 1000);
}

async function measure(contender: Contender, fault: (typeof faults)[number], n: number): Promise<Round> {
  const vip = vipOf(lab, contender);
  const client = await startClient(lab, vip, Number(values.interval));
  try {
    const round = await runRound(lab, control(lab, contender, vip), client, fault, watchMs);
    const { outageMs, lost, requests, masterAfter } = round;
    console.log(
      `${n} ${fault} ${contender}: ${outageMs.toFixed(0)} ms, ${lost} of ${requests} lost, then ${masterAfter}`,
    );
    return round;
  } finally {
    await client.stop();
  }
}
