// Reloads under load: nothing may be refused, cut or failed, and a long transfer comes whole.
// usage: node --import tsx bench/reload/main.ts [--reloads 100] [--kept 1000] [--fresh 8] [--mebibytes 1024]
//        [--backends 0] [--binary FILE] [--json FILE] [--verbose]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { tandemd } from "../../lab/setup/paths.ts";
import { reloadUnderLoad, type Spread, spread } from "./reloads.ts";

const { values } = parseArgs({
  options: {
    reloads: { type: "string", default: "100" },
    kept: { type: "string", default: "1000" },
    every: { type: "string", default: "1000" },
    fresh: { type: "string", default: "8" },
    mebibytes: { type: "string", default: "1024" },
    backends: { type: "string", default: "0" },
    binary: { type: "string", default: tandemd },
    json: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});

const result = await reloadUnderLoad({
  binary: values.binary,
  reloads: Number(values.reloads),
  kept: Number(values.kept),
  every: Number(values.every),
  fresh: Number(values.fresh),
  blocks: Number(values.mebibytes) * 16,
  bystanders: Number(values.backends),
  say: values.verbose ? (line) => console.log(line) : () => undefined,
});
const shown = ({ median, p99, most }: Spread) =>
  `${median.toFixed(1)} / ${p99.toFixed(1)} / ${most.toFixed(1)} ms`;
console.log(`requests              ${result.requests}, lost or failed ${result.problems.length}`);
console.log(`long transfer         ${result.bytes} bytes`);
console.log(`reload                ${shown(spread(result.reloads))} (median / p99 / most)`);
console.log(`a request, calm       ${shown(result.calm)}`);
console.log(`a request, reloading  ${shown(result.reloading)}`);
for (const problem of result.problems.slice(0, 20)) console.log(`  ${problem}`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
process.exitCode = result.problems.length === 0 ? 0 : 1;
