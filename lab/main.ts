import { spawnSync } from "node:child_process";
import { createLab, openLab } from "./lab.ts";
import { setupOf } from "./setup-of.ts";
import { isOrphan, labNames, readRecord } from "./state/record.ts";
import { reapOrphans, tearDown } from "./state/teardown.ts";

const usage = `usage: node --import tsx lab/main.ts COMMAND

  up [NAME]                bring up a lab (default name: lab) that stays until "down"
  down [NAME | --all]      shut its hosts down and remove everything of it
  status [--json]          list labs, hosts, addresses
  env [NAME]               what stacks/lab.ts needs, for eval "$(… env)"
  shell HOST [NAME]        a root shell on a host, over SSH
  exec [-l NAME] HOST PROGRAM [ARG...]   run a program as root on a host, past its network
`;

const defaultName = "lab";

async function up(name = defaultName): Promise<number> {
  const begin = performance.now();
  const lab = await createLab({ name, persist: true });
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  console.log(`lab ${name} is up after ${seconds} s on ${lab.prefix}.0/24 (bridge ${lab.bridge})`);
  printHosts(Object.values(lab.hosts).map((host) => [host.name, host.address, "up"]));
  console.log(`  free for virtual addresses: ${lab.vips[0]} to ${lab.vips.at(-1)}`);
  console.log(`  deploy to it: eval "$(node --import tsx lab/main.ts env ${name})"; pulumi up --stack lab`);
  console.log(`  ssh -F ${lab.ssh.configFile} lb-a`);
  return 0;
}

/** One line for a shell; the text holds no single quote, for names and addresses cannot. */
function env(name = defaultName): number {
  console.log(`export TANDEM_LAB='${JSON.stringify(setupOf(openLab(name)))}'`);
  return 0;
}

async function down(which = defaultName): Promise<number> {
  const names = which === "--all" ? labNames() : [which];
  if (which !== "--all" && !labNames().includes(which)) {
    console.log(`no lab named ${which}`);
    return 0;
  }
  await reapOrphans();
  for (const name of names) {
    await tearDown(name, true);
    console.log(`lab ${name} is down`);
  }
  return 0;
}

function printHosts(rows: readonly (readonly string[])[]): void {
  for (const [name = "", address = "", state = ""] of rows) {
    console.log(`  ${name.padEnd(12)}${address.padEnd(16)}${state}`);
  }
}

function status(flag?: string): number {
  const labs = labNames().map((name) => {
    const record = readRecord(name);
    const plan = record?.plan;
    const hosts =
      plan === undefined ? [] : plan.hosts.map((host) => ({ ...host, up: openLab(name).isUp(host.name) }));
    return {
      name,
      subnet: plan && `${plan.prefix}.0/24`,
      owner: record?.owner,
      orphan: record ? isOrphan(record) : true,
      hosts,
    };
  });
  if (flag === "--json") {
    console.log(JSON.stringify(labs, null, 2));
    return 0;
  }
  if (labs.length === 0) console.log("no lab is up (npm run lab:up starts one)");
  for (const lab of labs) {
    const whose = lab.orphan
      ? "left behind by a crash"
      : lab.owner
        ? `until process ${lab.owner.pid} ends`
        : "until lab:down";
    console.log(`lab ${lab.name} on ${lab.subnet ?? "no network yet"}, ${whose}`);
    printHosts(lab.hosts.map((host) => [host.name, host.address, host.up ? "up" : "down"]));
  }
  return 0;
}

function shell(host: string, name = defaultName): number {
  const lab = openLab(name);
  return spawnSync("ssh", ["-F", lab.ssh.configFile, lab.host(host).name], { stdio: "inherit" }).status ?? 1;
}

async function exec(args: readonly string[]): Promise<number> {
  const named = args[0] === "-l";
  const lab = openLab((named ? args[1] : undefined) ?? defaultName);
  const [host = "", ...argv] = named ? args.slice(2) : args;
  const child = lab.spawn(host, argv, { stdio: "inherit" });
  return new Promise((resolve) => child.once("exit", (code) => resolve(code ?? 1)));
}

async function main(command: string | undefined, args: readonly string[]): Promise<number> {
  switch (command) {
    case "up":
      return up(args[0]);
    case "down":
      return down(args[0]);
    case "status":
      return status(args[0]);
    case "env":
      return env(args[0]);
    case "shell":
      if (args[0] !== undefined) return shell(args[0], args[1]);
      break;
    case "exec":
      if (args.length >= 2) return exec(args);
      break;
    case "reap":
      // What a lab's janitor runs once the lab's owner is gone.
      if (args[0] !== undefined) await tearDown(args[0], false);
      return 0;
  }
  process.stderr.write(usage);
  return 64;
}

main(process.argv[2], process.argv.slice(3)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
