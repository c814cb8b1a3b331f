import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import { ExitCode, type Problem, TandemError } from "../../diagnostics/index.ts";
import { loadExport } from "../../evaluate/index.ts";
import { applier } from "../../provider/node/node.ts";
import { binaryRef } from "../../provider/sdk/binary.ts";
import {
  abort,
  alive,
  type Outcome,
  PulumiDriver,
  parseRollout,
  planRollout,
  type RolloutLock,
  runRollout,
  type StageWorld,
  type WantedRollout,
  wantedRollout,
} from "../../rollout/index.ts";
import { askAtTerminal, isYes } from "../ask.ts";
import { binaryFile } from "../binary.ts";
import { confirm } from "../confirm.ts";
import type { CliContext } from "../context.ts";
import { noSuch } from "../no-such.ts";
import { findPulumi } from "../pulumi.ts";
import type {
  RolloutAbortFlags,
  RolloutFlags,
  RolloutResumeFlags,
  RolloutRunFlags,
} from "../rollout/commands.ts";
import { listener } from "../rollout/listen.ts";
import { printPlan, printStatus } from "../rollout/show-plan.ts";

/** What every subcommand begins with: the definition, rendered, and what the stacks tell. */
async function open(context: CliContext, flags: RolloutFlags) {
  const { input } = await loadExport(flags.file, context.cwd, "rollout", "defineRollout({ … })");
  const { rollout, warnings } = parseRollout(input);
  for (const warning of warnings) context.printer.problem(warning);
  const named = context.env.TANDEM_BINARY;
  const file = named === undefined || named === "" ? binaryFile : resolve(context.cwd, named);
  const wanted = wantedRollout(rollout, binaryRef(context.cwd, file));
  const driver = new PulumiDriver({
    folder: context.cwd,
    env: context.env,
    pulumi: findPulumi(context.env),
    binary: wanted.binary,
    binaryFile: file,
    ask: async (question) =>
      isYes(await askAtTerminal(context, question)) ? `approved by ${applier()}` : undefined,
  });
  const world: Record<string, StageWorld> = {};
  for (const stage of wanted.stages) world[stage.name] = await driver.observe(stage);
  return { wanted, driver, world, plan: planRollout(wanted, world) };
}

export async function rolloutPlanAction(this: CliContext, flags: RolloutFlags): Promise<void> {
  const { plan } = await open(this, flags);
  if (plan.some(({ state }) => state !== "verified")) this.endWith(ExitCode.pending);
  if (flags.json) this.printer.json({ stages: plan });
  else printPlan(this.printer, plan);
}

export async function rolloutStatusAction(this: CliContext, flags: RolloutFlags): Promise<void> {
  const { plan, driver } = await open(this, flags);
  if (flags.json) this.printer.json({ stages: plan });
  else printStatus(this.printer, plan, driver.now());
}

export async function rolloutRunAction(this: CliContext, flags: RolloutRunFlags): Promise<void> {
  const opened = await open(this, flags);
  const { plan, wanted } = opened;
  if (flags.stage !== undefined) known(flags.stage, wanted);
  if (!flags.json) printPlan({ ...this.printer, data: this.printer.line }, plan);
  const due = plan.filter(({ state }) => state !== "verified").map(({ stage }) => stage);
  if (due.length > 0)
    await confirm(this, flags.yes, `hosts of ${flags.stage ?? due.join(", ")} will be changed`);
  const run = randomBytes(6).toString("hex");
  await carryOut(this, flags, opened, { run, resume: false });
}

export async function rolloutResumeAction(this: CliContext, flags: RolloutResumeFlags): Promise<void> {
  const opened = await open(this, flags);
  if (flags.stage !== undefined) known(flags.stage, opened.wanted);
  const lock = lockOf(opened.world);
  if (lock === undefined) throw nothing();
  if (!lock.parked && !flags.takeOver) refuseLiving(lock);
  const approval = flags.approve === undefined ? undefined : `approved by ${flags.approve}`;
  await carryOut(this, flags, opened, {
    run: lock.run,
    resume: true,
    ...(approval === undefined ? {} : { approval }),
  });
}

export async function rolloutAbortAction(this: CliContext, flags: RolloutAbortFlags): Promise<void> {
  const { wanted, driver, world } = await open(this, flags);
  const lock = lockOf(world);
  if (lock === undefined) throw nothing();
  await confirm(this, flags.yes, `run ${lock.run} of ${lock.owner} ends; hosts stay as they are`);
  for (const stage of wanted.stages) {
    const { record } = world[stage.name] ?? {};
    if (record?.lock === undefined && record?.attempt?.state !== "rolling") continue;
    await driver.update(stage, abort(driver.now(), applier()));
    this.printer.step(`${stage.name}: run ${lock.run} is ended`);
  }
}

async function carryOut(
  context: CliContext,
  flags: RolloutRunFlags,
  { wanted, driver, plan, world }: Awaited<ReturnType<typeof open>>,
  how: { readonly run: string; readonly resume: boolean; readonly approval?: string },
): Promise<void> {
  const { onEvent, finish } = listener(context, flags, wanted.name, plan);
  try {
    const outcome = await runRollout(wanted, driver, {
      ...how,
      token: randomBytes(12).toString("hex"),
      owner: applier(),
      host: hostname(),
      pid: process.pid,
      world,
      ...(flags.force === undefined ? {} : { force: flags.force }),
      ...(flags.stage === undefined ? {} : { only: flags.stage }),
      onEvent,
      signal: context.signal,
    });
    if (CODES[outcome] !== ExitCode.ok) context.endWith(CODES[outcome]);
  } finally {
    finish();
  }
}

const CODES: Readonly<Record<Outcome, ExitCode>> = {
  verified: ExitCode.ok,
  waiting: ExitCode.pending,
  failed: ExitCode.failed,
  refused: ExitCode.failed,
  rolledBack: ExitCode.verificationFailed,
  interrupted: ExitCode.interrupted,
};

/** The lock of the run that is under way: the first stage is always part of it. */
function lockOf(world: Readonly<Record<string, StageWorld>>): RolloutLock | undefined {
  return Object.values(world)
    .map(({ record }) => record.lock)
    .find((lock) => lock !== undefined);
}

function known(stage: string, { stages }: WantedRollout): void {
  const names = stages.map(({ name }) => name);
  if (!names.includes(stage)) throw noSuch("rollout", "stage", stage, names);
}

/** A run that goes on elsewhere must not be taken from it by accident. */
function refuseLiving(lock: RolloutLock): void {
  const here = lock.host === hostname();
  if (here && !alive(lock.pid)) return;
  const where = here ? `its process ${lock.pid} runs` : `whether it runs can only be seen on ${lock.host}`;
  throw usage({
    code: "ROLLOUT_LOCKED",
    severity: "error",
    message: `run ${lock.run} belongs to ${lock.owner}, and ${where}`,
    why: "two processes would do the same steps at once",
    hint: "wait for it, end it there, or say --take-over: it stops at its next step",
  });
}

function nothing(): TandemError {
  return usage({
    code: "ROLLOUT_NOTHING_TO_RESUME",
    severity: "error",
    message: "no stage holds a run that could go on, or be ended",
    why: "a run that has come to its end is over; what it proved is in `tandem rollout status`",
    hint: "start one with `tandem rollout run`",
  });
}

function usage(problem: Problem): TandemError {
  return new TandemError([problem], { exitCode: ExitCode.usage });
}
