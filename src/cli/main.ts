#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { run } from "@stricli/core";
import { ExitCode } from "../diagnostics/index.ts";
import { createApp } from "./app.ts";
import { type CliProcess, createContext, exitCodeOf } from "./context.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  version: string;
};

const abort = new AbortController();
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
