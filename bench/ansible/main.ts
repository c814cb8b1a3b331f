// Tandem beside Ansible on the same hosts: `--help` says how.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "../../lab/index.ts";
import { insideOwnNamespaces } from "../fleet/enter.ts";
import { removeLeftGroups } from "../fleet/group.ts";
import { machine } from "../fleet/machine.ts";
import { Ansible, ensureAnsible } from "./ansible.ts";
import { type Action, actions } from "./contender.ts";
import { page, type Report, table, verdicts } from "./report.ts";
import { compare } from "./rounds.ts";
import { Tandem } from "./tandem.ts";

const HELP = `usage: node --import tsx bench/ansible/main.ts [OPTION...]
  --hosts N,N     sizes of the fleet, even numbers (2,20,100)
  --actions A,A   of first, check and change; the first apply is always made (all)
  --rounds N      for each size, the contenders in turn first (5)
  --json FILE     figures; those of sizes that are not measured now stay as the file has them
  --page FILE     the page for docs/, from all figures
  --only-page     measures nothing: writes the page from the figures in the file
Needs root, sshd, python3 with venv, PyPI or its cache for the first run, and \`npm run build\`.`;

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "2,20,100" },
    actions: { type: "string", default: actions.join(",") },
    rounds: { type: "string", default: "5" },
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

function wantedActions(): readonly Action[] {
  const wanted = values.actions.split(",");
  const unknown = wanted.filter((name) => !actions.some((action) => action === name));
  if (unknown.length > 0) throw new Error(`--actions ${unknown.join(",")}: there are ${actions.join(", ")}`);
  return actions.filter((action) => action === "first" || wanted.includes(action));
}

const versions = (program: string) => ({
  ansible: [join(program, "bin/ansible"), "--version"],
  "python of the controller": [join(program, "bin/python"), "--version"],
  "python of the hosts": ["/usr/bin/python3", "--version"],
});

async function measureAll(before: Report | undefined, program: string): Promise<void> {
  // Nothing of a run outlives its namespaces.
  await run(["mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", "/mnt"]);
  removeLeftGroups();
  const contenders = [new Tandem("/mnt/tandem"), new Ansible(program, "/mnt/ansible")];
  let report: Report = { machine: await machine(versions(program)), sizes: { ...before?.sizes } };
  for (const hosts of values.hosts.split(",").map(Number)) {
    if (!Number.isInteger(hosts) || hosts < 2 || hosts % 2 === 1)
      throw new Error(`--hosts ${hosts}: hosts come in pairs`);
    const rounds = await compare(hosts, Number(values.rounds), wantedActions(), contenders);
    report = { ...report, sizes: { ...report.sizes, [hosts]: rounds } };
    keep(report);
  }
  console.log(`${table(report)}\n\n${verdicts(report)}`);
}

if (values.help) console.log(HELP);
else {
  const kept = values.json !== undefined && existsSync(values.json);
  const before = kept ? (JSON.parse(readFileSync(String(values.json), "utf8")) as Report) : undefined;
  if (values["only-page"] && before !== undefined) keep(before);
  else {
    const program = await ensureAnsible();
    if (insideOwnNamespaces()) await measureAll(before, program);
  }
}
