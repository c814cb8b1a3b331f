// What a request costs tandemd, beside haproxy and nginx: `--help` says how.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Case } from "./case.ts";
import { cases } from "./cases.ts";
import { Generator } from "./generator.ts";
import { preferSession } from "./machine.ts";
import { missing } from "./needs.ts";
import { circumstances, page, type Report, table } from "./report.ts";
import { type CaseResult, describeMachine, Run } from "./run.ts";

const HELP = `usage: node --import tsx bench/proxy/main.ts [OPTION...] [CASE...]
  --rounds N      rounds for each load, A B C and C B A in turn (9)
  --seconds S     length of a slice (0.5)
  --share S       the fixed rate, as a share of what the slowest proxy can answer (0.5)
  --idle N        connections of the memory case (10000)
  --tls-idle N    connections of the memory case with TLS (2000)
  --prefer        before other work on this machine: the share of this session goes up
  --binary FILE   tandemd (dist/tandemd)
  --json FILE     figures; those of cases that are not run now stay as the file has them
  --page FILE     the page for docs/, from all figures
  --only-page     measures nothing: writes the page from the figures in the file
Cases, all unless some are named: ${cases.map(({ id }) => id).join(" ")} idle tls-idle threads
The proxy has processor 0; origin and client share one thread on processor 1.`;

/** What is measured otherwise than by the cost of a request. */
const OTHERS: readonly string[] = ["idle", "tls-idle", "threads"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: "string", default: "9" },
    seconds: { type: "string", default: "0.5" },
    share: { type: "string", default: "0.5" },
    idle: { type: "string", default: "10000" },
    "tls-idle": { type: "string", default: "2000" },
    prefer: { type: "boolean", default: false },
    binary: { type: "string", default: "dist/tandemd" },
    json: { type: "string" },
    page: { type: "string" },
    "only-page": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

function named(id: string): Case {
  const found = cases.find((it) => it.id === id);
  if (found === undefined) throw new Error(`no such case: ${id}\n${HELP}`);
  return found;
}

/** Every case at once, so that a run that is broken off leaves what it measured. */
function keep(report: Report): void {
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  if (values.page !== undefined) writeFileSync(values.page, page(report));
}

async function measure(before: Report | undefined): Promise<Report> {
  const wanted = positionals.length > 0 ? positionals : [...cases.map(({ id }) => id), ...OTHERS];
  for (const id of wanted) if (!OTHERS.includes(id)) named(id);
  const pace = { rounds: Number(values.rounds), seconds: Number(values.seconds) };
  if (values.prefer) preferSession();
  const generator = new Generator(1);
  const run = new Run(generator, { binary: values.binary, pace, share: Number(values.share) });
  const own = { ...pace, machine: describeMachine(values.binary) };
  const whole = before === undefined || positionals.length === 0;
  // Some cases anew beside those of another run, which was on another machine perhaps.
  const apart = whole ? {} : { apart: circumstances(own) };
  let report: Report = whole ? { cases: {}, ...before, ...own } : before;
  try {
    for (const id of wanted) {
      console.error(`${new Date().toISOString().slice(11, 19)} ${id}`);
      if (id === "idle") report = { ...report, idle: await run.idle(named("kept"), Number(values.idle)) };
      else if (id === "tls-idle")
        report = { ...report, tlsIdle: await run.idle(named("tls-kept"), Number(values["tls-idle"])) };
      else if (id === "threads") report = { ...report, threads: await run.threads(named("rules")) };
      else {
        const result: CaseResult = await run.compare(named(id));
        report = { ...report, cases: { ...report.cases, [id]: { ...result, ...apart } } };
      }
      keep(report);
    }
  } finally {
    generator.stop();
  }
  return report;
}

async function main(): Promise<void> {
  if (values.help) {
    console.log(HELP);
    return;
  }
  const file = values.json;
  const before =
    file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Report) : undefined;
  if (values["only-page"]) {
    if (before === undefined) throw new Error("--only-page needs the figures: --json FILE");
    keep(before);
    return;
  }
  const needed = missing(values.binary);
  if (needed.length > 0) {
    console.error(`This run needs what is not here:\n  ${needed.join("\n  ")}`);
    process.exitCode = 1;
    return;
  }
  console.log(table(await measure(before)));
}

await main();
