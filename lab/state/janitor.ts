import { spawn } from "node:child_process";
import { join } from "node:path";
import { repository } from "../setup/paths.ts";

/** Ends the janitor; the lab stays as it is. */
export type Dismiss = () => void;

/**
 * A shell that waits for this process to end, however it ends, and then takes the lab down. It notices by
 * the end of a pipe that only this process holds, so not even SIGKILL escapes it. Who ends this process with all
 * that it started does not end the shell: it has its work before it then.
 */
export function hireJanitor(lab: string): Dismiss {
  const main = join(repository, "lab/main.ts");
  const takeDown = [process.execPath, "--import", "tsx", main, "reap", lab];
  const child = spawn(
    "sh",
    ["-c", 'trap "" HUP INT TERM; cat >/dev/null; exec "$@"', "lab-janitor", ...takeDown],
    {
      cwd: repository,
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
    },
  );
  child.unref();
  // The pipe must not keep this process alive: its end is the signal.
  (child.stdin as unknown as { unref?: () => void } | null)?.unref?.();
  return () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
}
