#!/usr/bin/env node
import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import { run } from "@stricli/core";
import { ExitCode } from "../diagnostics/index.ts";
import { createApp } from "./app.ts";
import { type CliProcess, createContext, exitCodeOf } from "./context.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const abort = new AbortController();
// Every host that is asked at once listens; Node takes more than ten for a leak, and says so.
setMaxListeners(0, abort.signal);
// Nobody reads any more, as in `tandem status dev --watch | head`: it ends as if it had been interrupted.
for (const stream of [process.stdout, process.stderr]) stream.on("error", () => abort.abort());
process.on("SIGINT", () => {
  // The first asks the running command to finish or revert its host; the second leaves at once.
  if (abort.signal.aborted) process.exit(ExitCode.interrupted);
  abort.abort();
  process.stderr.write("interrupted: finishing the current host (again to leave at once)\n");
});

const host: CliProcess = {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: abort.signal,
};

await run(createApp(version), process.argv.slice(2), createContext(host));
process.exitCode = exitCodeOf(host, abort.signal);
