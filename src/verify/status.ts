import { TandemError } from "../diagnostics/index.ts";
import type { DaemonStatus } from "../host/daemon-status.ts";
import type { Host, Shell } from "../host/host.ts";
import { readStatus } from "../host/observe/facts.ts";
import { hostError } from "../host/problem.ts";
import { newerDaemon, readSpoken } from "../host/skew.ts";
import { HostPaths } from "../render/release.ts";

const QUICK = 5_000;

/** Finds the executable that the unit of a host starts. */
export async function daemonPath(shell: Shell): Promise<string | undefined> {
  const found = await shell.run(["cat", HostPaths.unit], { timeout: QUICK });
  if (found.exitCode !== 0) return undefined;
  return /^ExecStart=(\S+)/m.exec(found.stdout.toString("utf8"))?.[1];
}

/** What the daemon of a host says of itself; undefined when it is absent or does not answer. */
export function statusOf(host: Host): Promise<DaemonStatus | undefined> {
  return statusReader(host)();
}

/** `statusOf` for looking again and again: where the executable is, is asked anew only when none answers. */
export function statusReader(host: Host): () => Promise<DaemonStatus | undefined> {
  let program: string | undefined;
  return () =>
    onceMore(async () => {
      const shell = await host.shell();
      program ??= await daemonPath(shell);
      const found = program === undefined ? undefined : await daemonStatus(shell, program);
      if (found === undefined) program = undefined;
      return found;
    });
}

/** Repeats a look that a broken connection interrupted; only for what changes nothing. */
export async function onceMore<T>(look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (isConnectionLost(error)) return look();
    throw error;
  }
}

export function isConnectionLost(error: unknown): boolean {
  return error instanceof TandemError && error.code === "HOST_CONNECTION_LOST";
}

/** As `statusOf`, with the executable known. */
export async function daemonStatus(shell: Shell, program: string): Promise<DaemonStatus | undefined> {
  const answer = await shell.run([program, "status", "--json"], { timeout: QUICK });
  if (answer.exitCode !== 0) return undefined;
  const text = answer.stdout.toString("utf8");
  const newer = newerDaemon(shell.name, readSpoken(text));
  if (newer !== undefined) throw new TandemError([newer]);
  const status = readStatus(text);
  if (status !== undefined) return status;
  throw hostError(shell.name, "HOST_STEP_FAILED", "the status that its daemon gives cannot be understood", {
    why: "who leads and what serves is not known",
    hint: "look at `tandemd status --json` on the host; another version of tandemd is replaced by the next `pulumi up`",
  });
}
