// What a host full of VRRP instances costs: tandemd beside Debian's keepalived with the same file, rounds interleaved.
// usage: node --import tsx bench/vrrp-scale/main.ts [--instances 255] [--rounds 5] [--seconds 10] [--realtime] [--binary FILE] [--json FILE]
import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { tandemd } from "../../lab/setup/paths.ts";
import { median } from "../proxy/machine.ts";
import { interfaceName, Link } from "./link.ts";
import { type Name, Program, type Usage, versionOf } from "./program.ts";

const { values } = parseArgs({
  options: {
    instances: { type: "string", default: "255" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "10" },
    realtime: { type: "boolean", default: false },
    binary: { type: "string", default: tandemd },
    json: { type: "string" },
  },
});
const instances = Number(values.instances);
const seconds = Number(values.seconds);

type Role = "master" | "backup";
interface Sample {
  readonly name: Name;
  readonly role: Role;
  readonly interval: number;
  /** Processor time of all its processes, in percent of one processor. */
  readonly cpu: number;
  readonly pssKib: number;
  readonly rssKib: number;
}

const names: readonly Name[] = ["tandemd", "keepalived"];
const link = new Link();
const samples: Sample[] = [];
try {
  for (const name of names) console.log(versionOf(values.binary, name));
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const interval of [1, 0.1])
      for (const role of ["master", "backup"] as const)
        for (const name of round % 2 === 1 ? names : names.toReversed()) {
          const sample = await measure(name, role, interval);
          samples.push(sample);
          const { cpu, pssKib, rssKib } = sample;
          console.log(
            `${round} ${name} ${role} ${interval} s: ${cpu.toFixed(2)} %, PSS ${pssKib} KiB, RSS ${rssKib} KiB`,
          );
        }
  }
} finally {
  link.remove();
}
console.log(
  `\n${instances} instances of version 3, one address each; median (least to most) of ${values.rounds} rounds\n`,
);
for (const line of report()) console.log(line);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(samples, null, 2)}\n`);

/** Runs one program in one role until it is at rest, then for the time that counts. */
async function measure(name: Name, role: Role, interval: number): Promise<Sample> {
  // The master that a backup listens to is the same for both.
  const sender = role === "backup" ? start("keepalived", 0, 200, interval, true) : undefined;
  if (sender !== undefined) await settled(sender, instances);
  const program = start(name, role === "master" ? 0 : 1, 100, interval);
  try {
    await settled(program, role === "master" ? instances : 0);
    // Past the second block of announcements.
    await sleep(6000);
    const before = program.usage();
    const begun = performance.now();
    await sleep(seconds * 1000);
    const after = program.usage();
    const elapsed = (performance.now() - begun) * 1000;
    const held = link.held(program.side);
    if (held !== (role === "master" ? instances : 0)) throw new Error(`${name} holds ${held} as ${role}`);
    return {
      name,
      role,
      interval,
      cpu: percent(before, after, elapsed),
      pssKib: after.pssKib,
      rssKib: after.rssKib,
    };
  } finally {
    await program.stop();
    await sender?.stop();
    for (const side of [0, 1] as const) link.clear(side);
  }
}

function percent(before: Usage, after: Usage, elapsedMicroseconds: number): number {
  return (100 * (after.cpuMicroseconds - before.cpuMicroseconds)) / elapsedMicroseconds;
}

function start(name: Name, side: 0 | 1, priority: number, interval: number, apart = false): Program {
  return new Program(name, values.binary, link, side, configuration(priority, interval), apart);
}

async function settled(program: Program, held: number): Promise<void> {
  const end = Date.now() + 60_000;
  while (link.held(program.side) !== held) {
    if (!program.running) throw new Error(`${program.name} ended`);
    if (Date.now() > end)
      throw new Error(`${program.name} holds ${link.held(program.side)} addresses instead of ${held}`);
    await sleep(200);
  }
}

function configuration(priority: number, interval: number): string {
  const one = (vrid: number) => `vrrp_instance VI_${vrid} {
  state BACKUP
  interface ${interfaceName}
  virtual_router_id ${vrid}
  priority ${priority}
  advert_int ${interval}
  virtual_ipaddress {
    10.77.1.${vrid}/32
  }
}
`;
  // keepalived's own limit would have it killed.
  const realtime = values.realtime ? "  vrrp_rt_priority 10\n  vrrp_rlimit_rttime 10000000\n" : "";
  const all = Array.from({ length: instances }, (_, at) => one(at + 1));
  return `global_defs {\n  vrrp_version 3\n${realtime}}\n${all.join("")}`;
}

function report(): string[] {
  const lines = [];
  for (const interval of [1, 0.1])
    for (const role of ["master", "backup"] as const)
      for (const field of ["cpu", "pssKib", "rssKib"] as const) {
        const of = (name: Name) =>
          samples
            .filter((it) => it.name === name && it.role === role && it.interval === interval)
            .map((it) => it[field]);
        const show = (found: readonly number[]) =>
          `${median(found).toFixed(2)} (${Math.min(...found).toFixed(2)} to ${Math.max(...found).toFixed(2)})`;
        const ratio = median(of("tandemd")) / median(of("keepalived"));
        const what = field === "cpu" ? "CPU %" : field === "pssKib" ? "PSS KiB" : "RSS KiB";
        lines.push(
          `${role}, ${interval} s, ${what}: tandemd ${show(of("tandemd"))}, keepalived ${show(of("keepalived"))}, ratio ${ratio.toFixed(2)}`,
        );
      }
  return lines;
}
