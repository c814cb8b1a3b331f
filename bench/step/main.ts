// What a reload of a large configuration does to the traffic, tandemd and haproxy side by side.
// usage: node --import tsx bench/step/main.ts [--backends 1000] [--rounds 5] [--seconds 10] [--every 1000] [--rate 1000]
//        [--connections 50] [--binary FILE] [--prefer] [--json FILE]
import { writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { parseArgs } from "node:util";
import { tandemd } from "../../lab/setup/paths.ts";
import { Generator, type Latency } from "../proxy/generator.ts";
import { preferSession } from "../proxy/machine.ts";
import { OWN_NICE } from "./contenders.ts";
import { steps } from "./steps.ts";

const { values } = parseArgs({
  options: {
    backends: { type: "string", default: "1000" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "10" },
    every: { type: "string", default: "1000" },
    rate: { type: "string", default: "1000" },
    connections: { type: "string", default: "50" },
    binary: { type: "string", default: tandemd },
    prefer: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

if (values.prefer) preferSession();
const generator = new Generator(1);
setPriority(OWN_NICE);
try {
  const found = await steps(generator, {
    binary: values.binary,
    backends: Number(values.backends),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    every: Number(values.every),
    rate: Number(values.rate),
    connections: Number(values.connections),
  });
  const ms = (microseconds: number): string => (microseconds / 1000).toFixed(2);
  const shown = ({ p50, p99, max }: Latency) => `${ms(p50)} / ${ms(p99)} / ${ms(max)} ms`;
  for (const { name, calm, reloading, reload, reloads, errors } of found) {
    console.log(`${name}: a request calm ${shown(calm)}, reloading ${shown(reloading)} (p50 / p99 / most)`);
    console.log(`  step of the p99 ${ms(reloading.p99 - calm.p99)} ms; ${errors} requests failed`);
    console.log(`  ${reloads} reloads, median ${reload.toFixed(0)} ms`);
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(found, null, 2)}\n`);
} finally {
  generator.stop();
}
