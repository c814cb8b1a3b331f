import { readFileSync, statSync, writeFileSync } from "node:fs";
import { cpus, release } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { topologyOf } from "../../src/cli/graph/from-stack.ts";
import { toSvg } from "../../src/cli/graph/svg.ts";
import { parseStack } from "../../src/stack/index.ts";
import { defineLabStack } from "../../stacks/lab/setup.ts";
import { pulumiVersion, repository, tandemd } from "../setup/paths.ts";
import type { Demo } from "./demo.ts";
import { journals } from "./journals.ts";
import { closeDemo, openDemo } from "./open.ts";
import { reportHtml } from "./report/html.ts";
import { again } from "./stages/again.ts";
import { change } from "./stages/change.ts";
import { destroy } from "./stages/destroy.ts";
import { drift } from "./stages/drift.ts";
import { drills } from "./stages/drills.ts";
import { provision } from "./stages/provision.ts";
import { refuse } from "./stages/refuse.ts";
import { Terminal } from "./terminal.ts";

const { values: options } = parseArgs({
  options: {
    /** Name of the lab; one of that name that is still up is taken down first. */
    lab: { type: "string", default: "demo" },
    report: { type: "string", default: join(repository, "demo-report.html") },
    /** Leave the lab up when the demo fails. */
    keep: { type: "boolean", default: false },
  },
});
const reportFile = resolve(options.report);

function writeReport(demo: Demo, terminal: Terminal, startedAt: string): void {
  const { sha256, version } = JSON.parse(readFileSync(`${tandemd}.json`, "utf8")) as {
    readonly sha256: string;
    readonly version: string;
  };
  const html = reportHtml({
    startedAt,
    machine: { kernel: release(), cpus: cpus().length, node: process.version, pulumi: pulumiVersion() },
    tandemd: { version, sha256, bytes: statSync(tandemd).size },
    topologySvg: toSvg(topologyOf(parseStack(defineLabStack(demo.workspace.setup)))),
    steps: terminal.steps,
    drills: demo.drills,
  });
  writeFileSync(reportFile, html);
}

async function main(): Promise<void> {
  const terminal = new Terminal();
  const startedAt = new Date().toISOString();
  let demo: Demo | undefined;
  const interrupted = () => {
    terminal.line("interrupted: taking the lab down");
    void (demo === undefined ? Promise.resolve() : closeDemo(demo)).finally(() => process.exit(130));
  };
  process.once("SIGINT", interrupted);
  try {
    await terminal.step("a lab of real hosts on this machine", async (notes) => {
      demo = await openDemo(options.lab, notes);
    });
    const it = demo as Demo | undefined;
    if (it === undefined) throw new Error("the lab did not come up");
    const stages = [
      ["pulumi up: two balancers, one address", provision],
      ["drills: faults on the master, as a client sees them", drills],
      ["drift: what was altered by hand is named, then repaired", drift],
      ["a change: backup first, no lost request", change],
      ["bad changes: the hosts stay as they were", refuse],
      ["pulumi destroy: nothing left behind", destroy],
      ["and up again, for you to look at", again],
    ] as const;
    for (const [title, stage] of stages) await terminal.step(title, (notes) => stage(it, notes));
    writeReport(it, terminal, startedAt);
    terminal.line(`\nreport: ${reportFile}`);
    await Promise.all(it.hosts.map((host) => host.close()));
  } catch (error) {
    if (demo !== undefined) {
      for (const line of await journals(demo)) terminal.line(line);
      writeReport(demo, terminal, startedAt);
      await Promise.allSettled(demo.hosts.map((host) => host.close()));
      if (options.keep) terminal.line("the lab is still up: npm run lab:status, npm run lab:down");
      else await closeDemo(demo);
    }
    terminal.line(
      `\ndemo failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    process.exitCode = 1;
  } finally {
    process.off("SIGINT", interrupted);
  }
}

await main();
