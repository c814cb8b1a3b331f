import { type Problem, TandemError } from "../../diagnostics/index.ts";
import type { RunOptions, Shell } from "../host.ts";
import { StatePaths } from "../layout.ts";
import { runScript } from "../script.ts";
import { GUARD } from "./guard.ts";

/**
 * `keep_failed STAGE REASON`: what an attempt had brought becomes the one copy of what could not be taken over:
 * `release/`, the unit, the kernel parameters, and `reason`. To be called with the guard, once nothing uses the
 * files. Moved rather than copied, so that a full disk is seldom an obstacle; one that was cut short goes on where it
 * was. A host that cannot keep it goes back all the same.
 */
export const KEEP_FAILED = `
# move_kept FROM NAME
move_kept() { [ ! -e "$1" ] || mv -T "$1" "$kept/$2"; }
write_reason() {
  printf 'release: %s\\nby: %s\\nat: %s\\n\\n%s\\n' "$(cat "$1/pending/release")" "$(cat "$1/pending/owner")" \\
    "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$2" >"$kept/reason"
}
keep_failed() {
  [ -e "$1/pending/attempt" ] || return 0
  attempt_kept=$(cat "$1/pending/attempt")
  kept=${StatePaths.dir}/.failed-$attempt_kept
  { mkdir -p "$kept" && chmod 700 ${StatePaths.dir} "$kept" && move_kept "$1/release" release &&
    { [ ! -e "$1/release.path" ] || move_kept "$(cat "$1/release.path")" release; } &&
    move_kept "$1/tandem.service" tandem.service && move_kept "$1/90-tandem.conf" 90-tandem.conf &&
    write_reason "$1" "$2" && printf %s "$attempt_kept" >"$kept/attempt" && sync -f "$kept" &&
    rm -rf ${StatePaths.failed} && mv -T "$kept" ${StatePaths.failed}; } 2>/dev/null && return 0
  rm -rf "$kept"
  logger -p user.warning -t tandem -- "what could not be taken over cannot be kept" 2>/dev/null
  return 0
}
# Tells the controller that the copy is the one of this attempt.
tell_failed() {
  if [ "$(cat ${StatePaths.failed}/attempt 2>/dev/null)" = "$1" ]; then record kept ${StatePaths.failed}; fi
}
`;

/** Arguments: the attempt, why it was refused. */
const KEEP_REFUSED = `${GUARD}
${KEEP_FAILED}
trap '' HUP PIPE
guard 60 || fail "another switch or rollback is running on the host"
keep_failed ${StatePaths.stagePrefix}$1 "$2"
tell_failed "$1"
rm -f ${StatePaths.guard}
exit 0
`;

/** Characters of a reason that are kept: it travels as an argument. */
const LONGEST_REASON = 16_384;

/** What a failed copy says of why; problems name no secrets. */
export function reasonText(problems: readonly Problem[]): string {
  return new TandemError(problems).message.slice(0, LONGEST_REASON);
}

/** What stands in a copy's `reason`. */
export interface FailedCopy {
  readonly path: string;
  readonly release: string;
  readonly by: string;
  /** By the host's clock. */
  readonly at: string;
  readonly reason: string;
}

export function parseFailedCopy(text: string): FailedCopy {
  const end = text.indexOf("\n\n");
  const head = end < 0 ? text : text.slice(0, end);
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(head)?.[1] ?? "unknown";
  const reason = end < 0 ? "" : text.slice(end).trim();
  return { path: StatePaths.failed, release: field("release"), by: field("by"), at: field("at"), reason };
}

/** What a host says of the last release that it could not take over; undefined when there is none. */
export async function failedCopyOf(shell: Shell, options: RunOptions = {}): Promise<FailedCopy | undefined> {
  const { exitCode, stdout } = await shell.run(["cat", `${StatePaths.failed}/reason`], options);
  return exitCode === 0 ? parseFailedCopy(stdout.toString("utf8")) : undefined;
}

/** The problems for which a staged release was refused, with the place where it is kept if its texts are the reason. */
export async function keepRefused(
  shell: Shell,
  attempt: string,
  problems: readonly Problem[],
): Promise<TandemError> {
  const cause = new TandemError(problems);
  if (!problems.some(({ code }) => code === "HOST_CONFIG_REFUSED")) return cause;
  try {
    const { records } = await runScript(shell, KEEP_REFUSED, [attempt, reasonText(problems)]);
    if (!records.some(({ kind }) => kind === "kept")) return cause;
  } catch {
    // The refusal is what counts; the copy is for convenience.
    return cause;
  }
  const last = problems.findLastIndex(({ severity }) => severity === "error");
  return new TandemError(problems.map((problem, i) => (i === last ? withPlace(problem) : problem)));
}

/** A problem whose hint tells where to look. */
export function withPlace(problem: Problem): Problem {
  return { ...problem, hint: [problem.hint, WHERE_KEPT].filter((part) => part !== undefined).join("; ") };
}

const WHERE_KEPT = `what could not be taken over is kept on the host in ${StatePaths.failed}, which only root can read, until a release is taken over`;
