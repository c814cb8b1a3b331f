import { PassThrough } from "node:stream";
import type { TandemError } from "../../diagnostics/index.ts";
import { HostPaths } from "../../render/index.ts";
import type { CommandResult, Shell } from "../host.ts";
import { hostError } from "../problem.ts";
import { expectSuccess, parseRecords, runScript, type ScriptResult, text } from "../script.ts";

/** Milliseconds between signs of life, and seconds of silence after which the host lets go. */
const HEARTBEAT = 5_000;
const SILENCE = 30;
/** Longer than any apply; the lock ends with its connection long before. */
const LOCK_TIMEOUT = 24 * 3_600_000;

/**
 * The lock is a flock(2) of a process that lives as long as this session does: when the
 * controller dies, its input ends or falls silent, and the lock is free. It cannot become stale.
 * Arguments: the owner, since when.
 */
const LOCK = `
lock=${HostPaths.lock}
while :; do
  exec 9>>"$lock" || fail "cannot open $lock"
  if ! flock -n 9; then
    record held "$(cat "$lock")" "$(($(date +%s) - $(stat -c %Y "$lock")))"
    exit 75
  fi
  # A file that its last holder removed while we opened it locks nobody else out.
  [ "$(stat -L -c %i /proc/self/fd/9)" = "$(stat -c %i "$lock" 2>/dev/null)" ] && break
done
printf '%s\\n%s\\n%s\\n' "$1" "$2" "$$" >"$lock"
record locked
while timeout ${SILENCE} sh -c 'read -r beat' 9>&-; do :; done
rm -f "$lock"
`;

export interface HostLock {
  /** Rejects when the lock was lost, so that a caller can stop in time; never resolves. */
  readonly lost: Promise<never>;
  release(): Promise<void>;
}

/** Takes the host's lock. Throws TandemError HOST_LOCKED with who has it, since when and how to end that. */
export async function lockHost(shell: Shell, owner: string): Promise<HostLock> {
  const stdin = new PassThrough();
  let output = "";
  const heart = setInterval(() => stdin.write("\n"), HEARTBEAT);
  let taken: () => void = () => undefined;
  const locked = new Promise<void>((resolve) => {
    taken = resolve;
  });
  const running = runScript(shell, LOCK, [owner, new Date().toISOString()], {
    stdin,
    timeout: LOCK_TIMEOUT,
    onStdout: (chunk) => {
      output += chunk.toString("latin1");
      if (parseRecords(output).some(({ kind }) => kind === "locked")) taken();
    },
  }).finally(() => clearInterval(heart));
  await Promise.race([locked, running.then((result) => refused(shell, result))]);
  let released = false;
  const lost = running.then<never>(
    () => (released ? new Promise<never>(() => undefined) : Promise.reject(lockLost(shell))),
    (error) => (released ? new Promise<never>(() => undefined) : Promise.reject(error)),
  );
  // Whoever waits for nothing else still must not bring the process down.
  lost.catch(() => undefined);
  return {
    lost,
    release: async () => {
      released = true;
      stdin.end();
      await running.catch(() => undefined);
    },
  };
}

function refused(shell: Shell, result: ScriptResult & CommandResult): never {
  const held = result.records.find(({ kind }) => kind === "held");
  if (held === undefined) {
    expectSuccess(shell, "locking the host", result);
    throw lockLost(shell);
  }
  const [owner = "", since = "", pid = ""] = text(held, 0).split("\n");
  throw hostError(
    shell.name,
    "HOST_LOCKED",
    `locked by ${owner || "somebody"} since ${since || "a moment ago"} (${age(Number(text(held, 1)))})`,
    {
      detail: HostPaths.lock,
      why: "two applies at once would undo each other",
      hint: `wait for it: the lock ends with the run that holds it, at the latest ${SILENCE} s after its machine is gone; to end it by force: kill ${pid} on the host`,
    },
  );
}

/** By the host's own clock, as those of two controllers may differ. */
function age(seconds: number): string {
  return seconds < 120 ? `for ${Math.max(0, seconds)} s` : `for ${Math.floor(seconds / 60)} min`;
}

function lockLost(shell: Shell): TandemError {
  return hostError(shell.name, "HOST_LOCKED", "the host's lock was lost", {
    detail: HostPaths.lock,
    why: "somebody ended the process that held it",
    hint: "find out who else works on the host, then run again",
  });
}
