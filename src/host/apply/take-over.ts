import { TandemError } from "../../diagnostics/index.ts";
import { maskSecrets } from "../compare/secrets.ts";
import type { Observation, Shell } from "../host.ts";
import { binaryPath } from "../layout.ts";
import type { HostFacts } from "../observe/facts.ts";
import { toObservation } from "../observe/observe.ts";
import { hostError, hostProblem } from "../problem.ts";
import { expectSuccess, runScript, type ScriptResult, scriptCode, text } from "../script.ts";
import { type ApplyContext, factsFor, ROLLBACK_AFTER, SWITCH_TIMEOUT, tell } from "./context.ts";
import { currentRelease, type Plan } from "./plan.ts";
import { selfCheck } from "./self-check.ts";
import { CONFIRM, SWITCH } from "./switch-script.ts";
import { undo } from "./undo.ts";

/** Releases that a host keeps, the current one included. */
const KEEP_RELEASES = 3;

/** From the armed rollback on nothing is interrupted any more: it ends confirmed or undone. */
export async function takeOver(
  context: ApplyContext,
  plan: Plan,
  facts: HostFacts,
  before: Observation,
): Promise<Observation> {
  const { shell, release, options } = context;
  let after: HostFacts | undefined;
  try {
    tell(context, "switch", `taking over release ${release.id}: ${ACTIONS[plan.action]}`);
    const switched = await runScript(shell, SWITCH, [plan.attempt], { timeout: SWITCH_TIMEOUT });
    if (switched.exitCode !== 0) throw switchFailed(context, switched);
    for (const record of switched.records.filter(({ kind }) => kind === "note"))
      tell(context, "warning", text(record, 0));
    tell(context, "self-check", "waiting until the host runs what it was given");
    const fresh = context.freshShell();
    // Opened when the release already runs, while that is looked at.
    const reachable = fresh.run(["true"]);
    reachable.catch(() => undefined);
    try {
      const { reasons, notes } = await selfCheck(
        shell,
        release,
        options.secrets,
        before.daemon,
        options.rollbackAfter ?? ROLLBACK_AFTER,
      );
      if (reasons.length > 0) throw selfCheckFailed(shell.name, reasons);
      for (const note of notes) tell(context, "warning", note);
      tell(context, "confirm", "confirming over a new connection");
      await reachable;
      // What the host is now is looked at meanwhile; when that fails it is asked again.
      const seen = factsFor(context).catch(() => undefined);
      await confirm(context, fresh, plan, facts).finally(() => seen);
      after = await seen;
    } finally {
      // Going back must not wait for a connection that does not come.
      void fresh.close();
    }
  } catch (error) {
    throw await undo(context, plan.attempt, before, error);
  }
  const { pending, failed, ...confirmed } = after ?? (await factsFor(context));
  tell(context, "done", `runs release ${release.id}`);
  return toObservation(confirmed, release, options.secrets);
}

const ACTIONS = {
  none: "the service is not touched",
  start: "starting the service",
  reload: "reloading the service",
  upgrade: "upgrading the service in place",
  restart: "restarting the service",
  replace: "stopping the other engine, starting the service",
  stop: "stopping the service",
} as const;

/** The confirmation travels over a new connection: proof that the host can still be reached. */
async function confirm(context: ApplyContext, fresh: Shell, plan: Plan, facts: HostFacts): Promise<void> {
  const { release, options } = context;
  const binaries = [
    binaryPath(release.binary.sha256),
    ...(facts.binary === undefined ? [] : [facts.binary.path]),
  ];
  const args = [
    plan.attempt,
    options.owner,
    currentRelease(facts),
    release.id,
    String(KEEP_RELEASES),
    ...binaries,
  ];
  const after = options.rollbackAfter ?? ROLLBACK_AFTER;
  const hint = `the host goes back by itself ${after} s after it was switched: where that was too short, look at the load of the host and at the way to it, then run again`;
  expectSuccess(fresh, "confirming the release", await runScript(fresh, CONFIRM, args), hint);
}

function switchFailed({ shell, release, options }: ApplyContext, result: ScriptResult): TandemError {
  const failed = result.records.find(({ kind }) => kind === "fail");
  const mask = (said: string) =>
    Object.values(release.files).reduce(
      (all, file) => maskSecrets(all, file.text, options.secrets),
      said.trim(),
    );
  const reason = mask(text(failed, 0)) || result.stderr.trim() || `exit code ${result.exitCode}`;
  const journal = mask(text(failed, 1));
  const code = scriptCode(`${reason}\n${result.stderr}`, "HOST_SWITCH_FAILED");
  return hostError(shell.name, code, `the release could not be taken over: ${reason}`, {
    ...(journal === ""
      ? {}
      : { why: `the service's last words:\n    ${journal.replaceAll("\n", "\n    ")}` }),
  });
}

function selfCheckFailed(host: string, reasons: readonly string[]): TandemError {
  return new TandemError(
    reasons.map((reason) =>
      hostProblem(host, "HOST_SELF_CHECK_FAILED", reason, {
        why: "the host does not run what it was given",
      }),
    ),
  );
}
