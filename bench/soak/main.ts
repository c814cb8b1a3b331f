// A long run with random faults: no request may be lost without a reason in the log, and nothing may leak.
// usage: node --import tsx bench/soak/main.ts [--minutes 20] [--seed N] [--clients 10] [--binary FILE] [--json FILE] [--verbose]
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { tandemd } from "../../lab/setup/paths.ts";
import { soak } from "./soak.ts";

// In a network of its own: neither ports nor connections of this machine meet it.
if (process.env.TANDEM_SOAK_NETWORK === undefined) {
  const inside = 'ip link set lo up && exec "$@"';
  const self = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const { status } = spawnSync("unshare", ["--net", "sh", "-c", inside, "sh", ...self], {
    stdio: "inherit",
    env: { ...process.env, TANDEM_SOAK_NETWORK: "own" },
  });
  process.exit(status ?? 1);
}

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "20" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    clients: { type: "string", default: "10" },
    binary: { type: "string", default: tandemd },
    json: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});

console.log(`seed ${values.seed}: repeat with --seed ${values.seed}`);
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
const result = await soak({
  seconds: Number(values.minutes) * 60,
  seed: Number(values.seed),
  clients: Number(values.clients),
  binary: values.binary,
  say: values.verbose ? (line) => console.log(line) : () => undefined,
  signal: stop.signal,
});
console.log(JSON.stringify(result, null, 2));
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
process.exitCode = result.problems.length === 0 ? 0 : 1;
