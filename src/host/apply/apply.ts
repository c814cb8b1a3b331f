import { type Problem, TandemError } from "../../diagnostics/index.ts";
import type { Release } from "../../render/index.ts";
import { bareAddress } from "../address.ts";
import { describeDifference, diffObservation } from "../compare/differences.ts";
import type { Observation, RunOptions } from "../host.ts";
import type { HostFacts } from "../observe/facts.ts";
import { toObservation } from "../observe/observe.ts";
import { packagesToCome } from "../preflight/packages.ts";
import { askHost, preflight } from "../preflight/preflight.ts";
import { runScript, type ScriptResult } from "../script.ts";
import { newerDaemon, olderDaemon } from "../skew.ts";
import { addressesToProbe, type Probe } from "./address-probe.ts";
import { type ApplyContext, factsFor, ROLLBACK_AFTER, stagingOptions, tell } from "./context.ts";
import { keepRefused } from "./failed-copy.ts";
import { installPackages } from "./install-packages.ts";
import { type HostLock, lockHost } from "./lock.ts";
import { makeUser } from "./make-user.ts";
import { makePlan, type Plan } from "./plan.ts";
import { stageFiles, uploadBinary } from "./stage.ts";
import { stepBack } from "./step-back.ts";
import { UNSTAGE } from "./switch-script.ts";
import { takeOver } from "./take-over.ts";
import { clearLeftovers } from "./undo.ts";
import { checkStage, probeAddresses } from "./verify-stage.ts";

/** Brings a host to a release, or leaves it as it was. */
export async function applyRelease(context: ApplyContext): Promise<Observation> {
  const { shell, release, options } = context;
  let locked: unknown;
  // Taken before the look, so that nobody changes what the plan is made from.
  const lock = await lockHost(shell, options.owner).catch((error: unknown) => {
    if (!(error instanceof TandemError) || error.code !== "HOST_LOCKED") throw error;
    locked = error;
    return undefined;
  });
  try {
    // A host is seldom found as it shall be here, so what it lacks is asked at the same time.
    const [facts, said] = await both(factsFor(context), askHost(shell, release, stagingOptions(context)));
    refuseNewer(context, facts);
    const observation = toObservation(facts, release, options.secrets);
    const leftovers = facts.pending !== undefined || facts.stale.length > 0;
    if (!leftovers && diffObservation(release, observation).length === 0) {
      tell(context, "done", "nothing to change");
      return observation;
    }
    // Whoever is at work there may be in the way of nothing.
    if (lock === undefined) throw locked;
    return await applyLocked(context, lock, facts, said);
  } finally {
    await lock?.release();
  }
}

/** Goes as far as an apply can go without changing what runs. Throws TandemError with all problems. */
export async function rehearse(context: ApplyContext): Promise<void> {
  const facts = await factsFor(context);
  refuseNewer(context, facts);
  const observation = toObservation(facts, context.release, context.options.secrets);
  const differences = diffObservation(context.release, observation);
  if (differences.length === 0) return;
  const plan = makePlan(context.release, facts, differences);
  const lock = await lockHost(context.shell, context.options.owner);
  try {
    const said = await askHost(context.shell, context.release, stagingOptions(context));
    const problems = await stage(context, plan, facts, said, "install nothing");
    if (isRefusal(problems)) throw new TandemError(problems);
    for (const problem of problems) tell(context, "warning", problem.message);
  } finally {
    // What is left goes with the next run; why this one ended counts more.
    await runScript(context.shell, UNSTAGE, [plan.attempt]).catch(() => undefined);
    await lock.release();
  }
}

async function applyLocked(
  context: ApplyContext,
  lock: HostLock,
  found: HostFacts,
  foundSaid: ScriptResult,
): Promise<Observation> {
  const { shell, release, options } = context;
  // Somebody may have been cut short.
  const cleared = await clearLeftovers(shell, found, (message) => tell(context, "rollback", message));
  const facts = cleared ? await factsFor(context) : found;
  const said = cleared ? await askHost(shell, release, stagingOptions(context)) : foundSaid;
  const older = olderDaemon(facts.speaks);
  if (older !== undefined) tell(context, "compare", older);
  const before = toObservation(facts, release, options.secrets);
  const differences = diffObservation(release, before);
  if (differences.length === 0) {
    tell(context, "done", "nothing to change");
    return before;
  }
  for (const difference of differences) tell(context, "compare", describeDifference(difference));
  const plan = makePlan(release, facts, differences);
  for (const { key, value } of plan.foreign)
    tell(context, "compare", `sysctl ${key} stays ${value}: somebody else has set it since`);
  try {
    // From the switch on the armed rollback protects the host better than any lock.
    const problems = await Promise.race([stage(context, plan, facts, said, "install"), lock.lost]);
    options.signal?.throwIfAborted();
    if (isRefusal(problems)) throw await keepRefused(shell, plan.attempt, problems);
    for (const problem of problems) tell(context, "warning", problem.message);
    if (plan.makeUser) await makeUser(context, plan);
    await stepBack(context, plan, facts);
  } catch (error) {
    await runScript(shell, UNSTAGE, [plan.attempt]).catch(() => undefined);
    throw error;
  }
  return await takeOver(context, plan, facts, before);
}

/** Everything before the point at which the host's service notices anything; what speaks against going on. */
async function stage(
  context: ApplyContext,
  plan: Plan,
  facts: HostFacts,
  said: ScriptResult,
  packages: "install" | "install nothing",
): Promise<readonly Problem[]> {
  const { shell, release, options } = context;
  const signal = stagingOptions(context);
  tell(context, "preflight", "checking what the release needs of the host");
  const binary = { path: options.binaryPath, upload: plan.upload };
  const { problems, canStage, missing } = await preflight(shell, release, facts, binary, said);
  if (!canStage) throw new TandemError(problems);
  if (missing.length > 0) {
    // Nothing comes onto a host that cannot take the release anyway.
    if (isRefusal(problems)) return problems;
    if (packages === "install nothing") return [...problems, packagesToCome(shell.name, missing)];
    await installPackages(context, missing);
  }
  if (plan.upload) {
    tell(context, "upload", `sending the executable ${release.binary.version}`);
    await uploadBinary(shell, plan, release, options.binaryPath, signal);
  }
  // The segment's answers are waited for while the files are brought and judged.
  const [found, taken] = await both(
    stageAndCheck(context, plan, problems, signal),
    probeAddresses(shell, plan, release, probesOf(release, facts, problems), options.peerMacs ?? [], signal),
  );
  const runs = found.every(({ code }) => code !== "HOST_BINARY_BROKEN");
  return [...problems, ...found, ...(runs ? taken : [])];
}

/** Brings the files, and lets the executable judge them. */
async function stageAndCheck(
  context: ApplyContext,
  plan: Plan,
  problems: readonly Problem[],
  signal: RunOptions,
): Promise<readonly Problem[]> {
  const { shell, release, options } = context;
  tell(context, "stage", `staging release ${release.id}`);
  const settings = { owner: options.owner, rollbackAfter: options.rollbackAfter ?? ROLLBACK_AFTER };
  await stageFiles(shell, plan, release, options.secrets, settings, signal);
  tell(context, "check", "letting the engine check the files, asking the segment for the virtual addresses");
  return await checkStage(shell, plan, release, options.secrets, problems, signal);
}

function probesOf(release: Release, facts: HostFacts, problems: readonly Problem[]): readonly Probe[] {
  const held = (facts.daemon?.vrrp?.instances ?? []).flatMap(({ addresses }) => addresses);
  const known = new Set(problems.map(({ code }) => code));
  // Nobody can be asked through an interface that is not there; that is told already.
  const deaf = known.has("HOST_NO_INTERFACE") || known.has("HOST_INTERFACE_DOWN");
  return deaf ? [] : addressesToProbe(release, new Set(held.map(bareAddress)));
}

/** Both results, or the first failure once neither is at work any more: who clears up after it shall find all of it. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<readonly [A, B]> {
  await Promise.allSettled([a, b]);
  return [await a, await b];
}

function refuseNewer({ shell }: ApplyContext, { speaks }: HostFacts): void {
  const problem = newerDaemon(shell.name, speaks);
  if (problem !== undefined) throw new TandemError([problem]);
}

function isRefusal(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}
