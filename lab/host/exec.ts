import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import type { LabHost, LabPlan } from "../plan.ts";
import { type RunOptions, type RunResult, run } from "../run.ts";
import { hostInit } from "./machine.ts";

/** The environment of a root login, so that nothing of this machine's reaches the host. */
const environment = [
  "env",
  "-i",
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "HOME=/root",
  "LANG=C.UTF-8",
  "TERM=dumb",
];

/** The argv that runs a program as root inside a host, past its network and its sshd. */
export function insideHost(plan: LabPlan, host: LabHost, argv: readonly string[]): readonly string[] {
  const pid = String(hostInit(plan, host));
  const namespaces = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
  return ["nsenter", "--target", pid, ...namespaces, "--", ...environment, ...argv];
}

/** The argv that runs a program of this machine with the host's network: for probes with local timing. */
export function insideNetwork(plan: LabPlan, host: LabHost, argv: readonly string[]): readonly string[] {
  return ["nsenter", "--target", String(hostInit(plan, host)), "--net", "--", ...argv];
}

export function execInHost(
  plan: LabPlan,
  host: LabHost,
  argv: readonly string[],
  options: RunOptions = {},
): Promise<RunResult> {
  return run(insideHost(plan, host, argv), options);
}

export function spawnArgv(argv: readonly string[], options: SpawnOptions): ChildProcess {
  const [program = "", ...args] = argv;
  return spawn(program, args, options);
}
