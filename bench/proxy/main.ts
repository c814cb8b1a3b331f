// CPU time and system calls for each kept HTTP request, tandemd beside haproxy: `--help` says how.
import { parseArgs } from "node:util";
import { type Slice, slice, syscalls } from "./load.ts";
import { median } from "./machine.ts";
import { type Contender, Programs } from "./programs.ts";

const HELP = `usage: node --import tsx bench/proxy/main.ts [--binary dist/tandemd] [--rounds 5] [--seconds 1]
       [--connections 64] [--bytes 1024] [--json]
The load generator and the origin share one processor, the proxies the other.`;

const { values } = parseArgs({
  options: {
    binary: { type: "string", default: "dist/tandemd" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "1" },
    connections: { type: "string", default: "64" },
    bytes: { type: "string", default: "1024" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function config(origin: number): (port: number) => string {
  return (port) => `global
    nbthread 1
    maxconn 4000
defaults
    mode http
    http-reuse always
    option forwardfor
    timeout client 10s
    timeout server 10s
    timeout connect 1s
frontend web
    bind 127.0.0.1:${port}
    default_backend app
backend app
    server s1 127.0.0.1:${origin}
`;
}

interface Measured {
  readonly haproxy: Slice[];
  readonly tandemd: Slice[];
}

/** Slices in the order A B B A, so that a machine that changes its speed hits both alike. */
async function measure(haproxy: Contender, tandemd: Contender): Promise<Measured> {
  const [rounds, seconds, connections] = [
    Number(values.rounds),
    Number(values.seconds),
    Number(values.connections),
  ];
  const measured: Measured = { haproxy: [], tandemd: [] };
  await slice(haproxy, 1, connections);
  await slice(tandemd, 1, connections);
  for (let round = 0; round < rounds; round += 1) {
    measured.haproxy.push(await slice(haproxy, seconds, connections));
    measured.tandemd.push(await slice(tandemd, seconds, connections));
    measured.tandemd.push(await slice(tandemd, seconds, connections));
    measured.haproxy.push(await slice(haproxy, seconds, connections));
  }
  return measured;
}

function summary(slices: readonly Slice[]): Record<string, number> {
  const of = (pick: (s: Slice) => number) => Number(median(slices.map(pick)).toFixed(2));
  return {
    microseconds: of((s) => s.cost.total),
    user: of((s) => s.cost.user),
    system: of((s) => s.cost.system),
    requestsPerSlice: of((s) => s.requests),
    errors: slices.reduce((sum, s) => sum + s.errors, 0),
  };
}

function rounded(calls: Map<string, number>): Record<string, number> {
  const shown = [...calls]
    .filter(([, n]) => n >= 0.01)
    .map(([name, n]) => [name, Number(n.toFixed(2))] as const);
  const total = [...calls.values()].reduce((sum, n) => sum + n, 0);
  return { total: Number(total.toFixed(2)), ...Object.fromEntries(shown) };
}

async function main(): Promise<void> {
  if (values.help) {
    console.log(HELP);
    return;
  }
  const programs = new Programs();
  try {
    const origin = await programs.origin(Number(values.bytes));
    const haproxy = await programs.haproxy(config(origin));
    const tandemd = await programs.tandemd(values.binary, config(origin));
    const { haproxy: a, tandemd: b } = await measure(haproxy, tandemd);
    const ratios = a.map((slice, n) => (b[n]?.cost.total ?? Number.NaN) / slice.cost.total);
    const result = {
      case: `kept requests, ${values.bytes} bytes, ${values.connections} connections`,
      haproxy: { ...summary(a), syscalls: rounded(await syscalls(haproxy, 1, Number(values.connections))) },
      tandemd: { ...summary(b), syscalls: rounded(await syscalls(tandemd, 1, Number(values.connections))) },
      ratio: { median: Number(median(ratios).toFixed(3)), each: ratios.map((r) => Number(r.toFixed(2))) },
    };
    console.log(values.json ? JSON.stringify(result, null, 2) : text(result));
  } finally {
    await programs.stop();
  }
}

type Result = { case: string; haproxy: object; tandemd: object; ratio: { median: number; each: number[] } };

function text(result: Result): string {
  const line = (name: string, value: object) => `${name.padEnd(8)} ${JSON.stringify(value)}`;
  return [
    result.case,
    line("haproxy", result.haproxy),
    line("tandemd", result.tandemd),
    `CPU time of tandemd / haproxy: ${result.ratio.median} (slices: ${result.ratio.each.join(" ")})`,
  ].join("\n");
}

await main();
