import { type Problem, TandemError } from "../../diagnostics/index.ts";
import { changesBetween } from "../compare/changes.ts";
import type { Observation } from "../host.ts";
import { StatePaths } from "../layout.ts";
import type { HostFacts } from "../observe/facts.ts";
import { toObservation } from "../observe/observe.ts";
import { hostError, hostProblem, reasonOf } from "../problem.ts";
import { runScript } from "../script.ts";
import { type ApplyContext, factsFor, ROLLBACK_AFTER, SWITCH_TIMEOUT, tell } from "./context.ts";
import { UNSTAGE } from "./switch-script.ts";

/** Runs what the timer would run, and tidies what an apply that was killed left behind. */
const RUN_ROLLBACK = `
trap '' HUP PIPE
p=${StatePaths.pending}
if [ -f "$p/rollback.sh" ]; then sh "$p/rollback.sh" || exit 1; fi
if [ -e ${StatePaths.rollbackTimer} ]; then
  systemctl disable --quiet --now tandem-rollback.timer 2>/dev/null
  rm -f ${StatePaths.rollbackUnit} ${StatePaths.rollbackTimer}
  systemctl daemon-reload
fi
rm -rf "$p" ${StatePaths.dir}/.pending-* ${StatePaths.dir}/.confirmed-*
rm -rf ${StatePaths.stagePrefix}* ${StatePaths.binaryStagePrefix}*
rmdir /etc/tandem/releases /etc/tandem /opt/tandem/bin /opt/tandem ${StatePaths.dir} 2>/dev/null
exit 0
`;

/** Runs the way back now and says how that went; the timer does it when the host cannot be reached. */
export async function undo(context: ApplyContext, before: Observation, cause: unknown): Promise<TandemError> {
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
    const result = await runScript(shell, RUN_ROLLBACK, [], { timeout: SWITCH_TIMEOUT });
    const now = toObservation(await factsFor(context), release, options.secrets);
    const left = changesBetween(before, now);
    if (result.exitCode === 0 && left.length === 0)
      return failure(
        hostProblem(shell.name, "HOST_ROLLED_BACK", "the host is as it was before", { severity: "warning" }),
      );
    const said = [...left, result.stderr.trim()].filter((part) => part !== "").join("; ");
    return failure(
      hostProblem(shell.name, "HOST_ROLLBACK_INCOMPLETE", `not everything could be put back: ${said}`, {
        hint: "look at the host; `tandem drift` names what differs",
      }),
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
          hint: "look at it when it answers again; running the command again finishes either way",
        },
      ),
    );
  }
}

export async function clearLeftovers(context: ApplyContext, facts: HostFacts): Promise<void> {
  const { shell } = context;
  if (facts.pending !== undefined) {
    tell(context, "rollback", `an apply by ${facts.pending || "somebody"} was never confirmed; undoing it`);
    const result = await runScript(shell, RUN_ROLLBACK, [], { timeout: SWITCH_TIMEOUT });
    if (result.exitCode !== 0)
      throw hostError(
        shell.name,
        "HOST_ROLLBACK_INCOMPLETE",
        `an unfinished apply could not be undone: ${result.stderr.trim()}`,
        {
          hint: "put right on the host what the text names, then run again",
        },
      );
  }
  if (facts.stale.length > 0) await runScript(shell, UNSTAGE, [""]);
}
