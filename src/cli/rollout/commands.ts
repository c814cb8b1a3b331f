import { buildCommand, buildRouteMap } from "@stricli/core";
import type { CliContext } from "../context.ts";
import { json, worded } from "../flags.ts";

// As in commands.ts: data, what they do is loaded when they run.

export interface RolloutFlags {
  readonly file: string;
  readonly json: boolean;
}

export interface RolloutRunFlags extends RolloutFlags {
  readonly yes: boolean;
  readonly stage?: string;
  readonly force?: string;
  readonly log?: string;
  readonly report?: string;
}

export interface RolloutResumeFlags extends RolloutRunFlags {
  readonly approve?: string;
  readonly takeOver: boolean;
}

export interface RolloutAbortFlags extends RolloutFlags {
  readonly yes: boolean;
}

const none = { kind: "tuple", parameters: [] } as const;

const common = {
  file: {
    kind: "parsed",
    parse: String,
    brief: "File that exports `rollout`, or its name under stacks/",
    default: "rollout",
  },
  json,
} as const;

const yes = { kind: "boolean", brief: "Do not ask", default: false, withNegated: false } as const;

const running = {
  ...common,
  yes,
  stage: worded("This stage alone"),
  force: worded("Give a stage what the one before has not verified; the reason is recorded"),
  log: worded("Append a log to this file"),
  report: worded("Write an HTML report to this file at the end"),
} as const;

const plan = buildCommand<RolloutFlags, [], CliContext>({
  docs: { brief: "Say what a run would do now, and what it would refuse; exit 2 when there is something" },
  parameters: { flags: common, positional: none },
  loader: async () => (await import("../actions/rollout.ts")).rolloutPlanAction,
});

const run = buildCommand<RolloutRunFlags, [], CliContext>({
  docs: { brief: "Bring the release through the stages; exit 2 when it waits for an approval" },
  parameters: { flags: running, positional: none },
  loader: async () => (await import("../actions/rollout.ts")).rolloutRunAction,
});

const status = buildCommand<RolloutFlags, [], CliContext>({
  docs: { brief: "Say what is verified where, and who holds the rollout" },
  parameters: { flags: common, positional: none },
  loader: async () => (await import("../actions/rollout.ts")).rolloutStatusAction,
});

const resume = buildCommand<RolloutResumeFlags, [], CliContext>({
  docs: { brief: "Go on with a run that was killed, interrupted, or waits for an approval" },
  parameters: {
    flags: {
      ...running,
      approve: worded("Name of who approves what it waits for"),
      takeOver: {
        kind: "boolean",
        brief: "Take the run from a process that may still be alive",
        default: false,
        withNegated: false,
      },
    },
    positional: none,
  },
  loader: async () => (await import("../actions/rollout.ts")).rolloutResumeAction,
});

const abort = buildCommand<RolloutAbortFlags, [], CliContext>({
  docs: { brief: "End a run and clear its lock; hosts stay as they are" },
  parameters: { flags: { ...common, yes }, positional: none },
  loader: async () => (await import("../actions/rollout.ts")).rolloutAbortAction,
});

/** `tandem rollout …` */
export const rollout = buildRouteMap({
  routes: { plan, run, status, resume, abort },
  docs: { brief: "Staged rollout across environments" },
});
