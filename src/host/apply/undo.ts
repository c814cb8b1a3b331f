import { type Problem, TandemError } from "../../diagnostics/index.ts";
import { changesBetween } from "../compare/changes.ts";
import type { Observation, Shell } from "../host.ts";
import { StatePaths } from "../layout.ts";
import type { HostFacts } from "../observe/facts.ts";
import { toObservation } from "../observe/observe.ts";
import { hostError, hostProblem, reasonOf } from "../problem.ts";
import { runScript, text } from "../script.ts";
import { type ApplyContext, factsFor, ROLLBACK_AFTER, SWITCH_TIMEOUT, tell } from "./context.ts";
import { DISARM } from "./disarm-script.ts";
import { KEEP_FAILED, reasonText, withPlace } from "./failed-copy.ts";
import { GUARD } from "./guard.ts";

/**
 * Runs what the timer would run, and tidies what an apply that was killed left behind. The switch of a lost
 * connection may still be at work or about to begin: it is waited for, and finds nothing staged any more.
 * Arguments, where an attempt failed: its name, and why.
 */
const RUN_ROLLBACK = `${GUARD}${DISARM}
${KEEP_FAILED}
trap '' HUP PIPE
p=${StatePaths.pending} attempt=\${1-} reason=\${2-}
if [ -n "$attempt" ] && [ "$(cat "$p/attempt" 2>/dev/null)" = "$attempt" ]; then
  { printf '%s\\n' "$reason" >"$p/reason.new" && mv "$p/reason.new" "$p/reason"; } 2>/dev/null
fi
while :; do
  # A confirmation that was on its way may take it from under us.
  if [ -f "$p/rollback.sh" ]; then sh "$p/rollback.sh" || [ ! -e "$p" ] || exit 1; fi
  guard 120 || fail "another switch or rollback is running on the host"
  [ -f "$p/rollback.sh" ] || break
  exec 9>&-
done
if [ -e ${StatePaths.rollbackTimer} ]; then
  disarm
fi
# One that was never armed.
if [ -n "$attempt" ]; then
  keep_failed "${StatePaths.stagePrefix}$attempt" "$reason"
  tell_failed "$attempt"
fi
rm -rf "$p" ${StatePaths.dir}/.pending-* ${StatePaths.dir}/.confirmed-* ${StatePaths.dir}/.undone ${StatePaths.dir}/.failed-*
rm -rf ${StatePaths.stagePrefix}* ${StatePaths.binaryStagePrefix}*
rmdir /etc/tandem/releases /etc/tandem /opt/tandem/bin /opt/tandem ${StatePaths.dir} 2>/dev/null
rm -f ${StatePaths.guard}
exit 0
`;

/** Runs the way back now and says how that went; the timer does it when the host cannot be reached. */
export async function undo(
  context: ApplyContext,
  attempt: string,
  before: Observation,
  cause: unknown,
): Promise<TandemError> {
  const { shell, release, options } = context;
  tell(context, "rollback", "going back to what the host was");
  const problems =
    cause instanceof TandemError
      ? cause.problems
      : [hostProblem(shell.name, "HOST_STEP_FAILED", reasonOf(cause))];
  const exitCode = cause instanceof TandemError ? { exitCode: cause.exitCode } : {};
  const failure = (note: Problem) => new TandemError([...problems, note], { ...exitCode, cause });
  const after = options.rollbackAfter ?? ROLLBACK_AFTER;
  try {
    const args = [attempt, reasonText(problems)];
    const result = await runScript(shell, RUN_ROLLBACK, args, { timeout: SWITCH_TIMEOUT });
    const kept = result.records.some(({ kind }) => kind === "kept") ? withPlace : (note: Problem) => note;
    const now = toObservation(await factsFor(context), release, options.secrets);
    const left = changesBetween(before, now);
    if (result.exitCode === 0 && left.length === 0)
      return failure(
        kept(
          hostProblem(shell.name, "HOST_ROLLED_BACK", "the host is as it was before", {
            severity: "warning",
          }),
        ),
      );
    const said = [...left, result.stderr.trim()].filter((part) => part !== "").join("; ");
    return failure(
      kept(
        hostProblem(shell.name, "HOST_ROLLBACK_INCOMPLETE", `not everything could be put back: ${said}`, {
          hint: "look at the host; `tandem drift` names what differs",
        }),
      ),
    );
  } catch (error) {
    return failure(
      hostProblem(
        shell.name,
        "HOST_ROLLBACK_PENDING",
        `the host cannot be told to go back (${reasonOf(error)}); it does so by itself`,
        {
          severity: "warning",
          why: `its timer runs the way back ${after} s after it was armed`,
          hint: `look at it when it answers again (what it gave back is then in ${StatePaths.failed}); running the command again finishes either way`,
        },
      ),
    );
  }
}

/**
 * Undoes what a run that was cut short has left, so that the next one begins with a host that is wholly as it was.
 * Returns whether there was anything. To be called with the host's lock.
 */
export async function clearLeftovers(
  shell: Shell,
  facts: Pick<HostFacts, "pending" | "stale">,
  say: (message: string) => void,
): Promise<boolean> {
  if (facts.pending === undefined && facts.stale.length === 0) return false;
  if (facts.pending !== undefined)
    say(`an apply by ${facts.pending || "somebody"} was never confirmed; undoing it`);
  const result = await runScript(shell, RUN_ROLLBACK, [], { timeout: SWITCH_TIMEOUT });
  if (result.exitCode === 0) return true;
  const said = [
    text(
      result.records.find(({ kind }) => kind === "fail"),
      0,
    ),
    result.stderr.trim(),
  ];
  throw hostError(
    shell.name,
    "HOST_ROLLBACK_INCOMPLETE",
    `an unfinished apply could not be undone: ${said.filter((part) => part !== "").join("; ")}`,
    { hint: "put right on the host what the text names, then run again" },
  );
}
