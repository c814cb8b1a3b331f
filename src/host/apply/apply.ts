import { type Problem, TandemError } from "../../diagnostics/index.ts";
import { describeDifference, diffObservation } from "../compare/differences.ts";
import type { Observation } from "../host.ts";
import type { HostFacts } from "../observe/facts.ts";
import { toObservation } from "../observe/observe.ts";
import { preflight } from "../preflight/preflight.ts";
import { runScript } from "../script.ts";
import { addressesToProbe } from "./address-probe.ts";
import { type ApplyContext, factsFor, ROLLBACK_AFTER, stagingOptions, tell } from "./context.ts";
import { type HostLock, lockHost } from "./lock.ts";
import { makePlan, type Plan } from "./plan.ts";
import { stageFiles, uploadBinary } from "./stage.ts";
import { UNSTAGE } from "./switch-script.ts";
import { takeOver } from "./take-over.ts";
import { clearLeftovers } from "./undo.ts";
import { verifyStage } from "./verify-stage.ts";

/** Brings a host to a release, or leaves it as it was. */
export async function applyRelease(context: ApplyContext): Promise<Observation> {
  const { shell, release, options } = context;
  const facts = await factsFor(context);
  const observation = toObservation(facts, release, options.secrets);
  if (facts.pending === undefined && diffObservation(release, observation).length === 0) {
    tell(context, "done", "nothing to change");
    return observation;
  }
  const lock = await lockHost(shell, options.owner);
  try {
    await clearLeftovers(context, facts);
    return await applyLocked(context, lock);
  } finally {
    await lock.release();
  }
}

/** Goes as far as an apply can go without changing what runs. Throws TandemError with all problems. */
export async function rehearse(context: ApplyContext): Promise<void> {
  const facts = await factsFor(context);
  const observation = toObservation(facts, context.release, context.options.secrets);
  const differences = diffObservation(context.release, observation);
  if (differences.length === 0) return;
  const lock = await lockHost(context.shell, context.options.owner);
  const plan = makePlan(context.release, facts, differences);
  try {
    await stage(context, plan, facts);
  } finally {
    await runScript(context.shell, UNSTAGE, [plan.attempt]);
    await lock.release();
  }
}

async function applyLocked(context: ApplyContext, lock: HostLock): Promise<Observation> {
  const { shell, release, options } = context;
  // Somebody may have applied between the first look and the lock.
  const facts = await factsFor(context);
  const before = toObservation(facts, release, options.secrets);
  const differences = diffObservation(release, before);
  if (differences.length === 0) return before;
  for (const difference of differences) tell(context, "compare", describeDifference(difference));
  const plan = makePlan(release, facts, differences);
  for (const { key, value } of plan.foreign)
    tell(context, "compare", `sysctl ${key} stays ${value}: somebody else has set it since`);
  try {
    // From the switch on the armed rollback protects the host better than any lock.
    await Promise.race([stage(context, plan, facts), lock.lost]);
    options.signal?.throwIfAborted();
  } catch (error) {
    await runScript(shell, UNSTAGE, [plan.attempt]).catch(() => undefined);
    throw error;
  }
  return await takeOver(context, plan, facts, before);
}

/** Everything before the point at which the host's service notices anything; throws all problems. */
async function stage(context: ApplyContext, plan: Plan, facts: HostFacts): Promise<void> {
  const { shell, release, options } = context;
  const signal = stagingOptions(context);
  tell(context, "preflight", "checking what the release needs of the host");
  const binary = { path: options.binaryPath, upload: plan.upload };
  const { problems, canStage } = await preflight(shell, release, facts, binary, signal);
  if (!canStage) stopOn(problems);
  if (plan.upload) {
    tell(context, "upload", `sending tandemd ${release.binary.version}`);
    await uploadBinary(shell, plan, release, options.binaryPath, signal);
  }
  tell(context, "stage", `staging release ${release.id}`);
  const settings = { owner: options.owner, rollbackAfter: options.rollbackAfter ?? ROLLBACK_AFTER };
  await stageFiles(shell, plan, release, options.secrets, settings, signal);
  tell(context, "check", "letting tandemd check the files, asking the segment for the virtual addresses");
  const claimed = new Set(
    (facts.daemon?.vrrp?.instances ?? []).flatMap(({ addresses }) =>
      addresses.map((a) => a.split("/")[0] ?? a),
    ),
  );
  const known = new Set(problems.map(({ code }) => code));
  // Nobody can be asked through an interface that is not there; that is told already.
  const deaf = known.has("HOST_NO_INTERFACE") || known.has("HOST_INTERFACE_DOWN");
  const probes = deaf ? [] : addressesToProbe(release, claimed);
  const found = await verifyStage(
    shell,
    plan,
    release,
    options.secrets,
    probes,
    options.peerMacs ?? [],
    signal,
  );
  stopOn([...problems, ...found]);
  for (const problem of [...problems, ...found]) tell(context, "warning", problem.message);
}

function stopOn(problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === "error")) throw new TandemError(problems);
}
