import type { ErrorTable } from "./entry.ts";

/** Codes of src/rollout; the format is told in entry.ts. */
export const rolloutCodes = {
  ROLLOUT_GATE_FAILED: [
    "a stage got its release, but what had to hold before it counts as verified did not",
    "error[ROLLOUT_GATE_FAILED]: stage staging: gate soak failed: 5xx 2.1 % of 4,120 requests, allowed 0.5 %",
    "repair what the message names and run `tandem rollout run` again",
  ],
  ROLLOUT_HOST_SHARED: [
    "a host belongs to two stages, so it would get a release before the earlier stage has verified it",
    "stages[1].stack.pairs[0].nodes[0]: error[ROLLOUT_HOST_SHARED]: 10.0.0.11 port 22 is a host of stage dev too",
    "give each environment hosts of its own",
  ],
  ROLLOUT_LOCKED: [
    "another rollout holds a stage: two at once would undo each other",
    "error[ROLLOUT_LOCKED]: stage dev is held by ann@ci with run 1f0c, begun 12 min ago, last written 30 s ago",
    "wait for it, go on with it by `tandem rollout resume`, or end it by `tandem rollout abort`",
  ],
  ROLLOUT_LOCK_LOST: [
    "somebody ended this rollout, or went on with it elsewhere, while it ran",
    "error[ROLLOUT_LOCK_LOST]: stage prod was taken from this run: nobody holds it",
    "see `tandem rollout status`",
  ],
  ROLLOUT_NOTHING_TO_RESUME: [
    "no stage holds a run that could go on, or be ended",
    "error[ROLLOUT_NOTHING_TO_RESUME]: no stage holds a run that could go on, or be ended",
    "start one with `tandem rollout run`",
  ],
  ROLLOUT_NOT_VERIFIED: [
    "a stage would get a release that the stage before has not verified",
    "stages[2]: error[ROLLOUT_NOT_VERIFIED]: stage staging has not verified what prod would get for web-1",
    'roll out the stage before first; `tandem rollout plan` names what differs; --force "why" goes on and records the reason',
  ],
  ROLLOUT_NOT_REACHED: [
    "a pair was changed, and its stack tells another release than the definition renders",
    "error[ROLLOUT_NOT_REACHED]: stage dev: pair web-1 was changed and is not at release 3f2a91c04d5e6b7a",
    "look at `pulumi preview --diff` of the stage; transforms must not change what is shipped",
  ],
  ROLLOUT_NO_PROJECT: [
    "the folder that the command runs in is no Pulumi project, or its Pulumi.yaml cannot be read",
    "/srv/edge/Pulumi.yaml: error[ROLLOUT_NO_PROJECT]: the project cannot be read: no such file or directory",
    "run it in the folder of Pulumi.yaml; `tandem init` writes a project",
  ],
  ROLLOUT_NO_SUCH_PAIR: [
    "a wave names a pair that the stage does not have",
    'stages[0].waves[0].pairs[0]: error[ROLLOUT_NO_SUCH_PAIR]: stage dev has no pair "wbe"',
    "use a name of the stage's stack",
  ],
  ROLLOUT_PAIR_GONE: [
    "a stage's Pulumi stack still has a pair that its definition does not have: a rollout changes pairs and never removes one",
    "error[ROLLOUT_PAIR_GONE]: stage dev still has pair web-9, which its definition does not have",
    "run `pulumi up --stack dev` to remove it, or put it back into the definition",
  ],
  ROLLOUT_PAIR_TWICE: [
    "a pair is in two waves",
    'stages[0].waves[1].pairs[0]: error[ROLLOUT_PAIR_TWICE]: pair "web-1" is in an earlier wave already',
    "leave it out of the later one",
  ],
  ROLLOUT_RECORD_UNREADABLE: [
    "the output `rollout` of a stage's Pulumi stack is not one that this version writes",
    "error[ROLLOUT_RECORD_UNREADABLE]: the output `rollout` of stage dev cannot be read: version: expected 1",
    "use the version of Tandem that wrote it",
  ],
  ROLLOUT_SHIP_FAILED: [
    "a pair could not be brought to its release; nothing after it was touched",
    "error[ROLLOUT_SHIP_FAILED]: stage dev: web-1-lb-b: HOST_CONFIG_REFUSED haproxy.cfg:12: no such thing",
    "repair what the message names; `tandem rollout resume` goes on with the pairs that are left",
  ],
  ROLLOUT_STACK_BUSY: [
    "another update of a stage's Pulumi stack runs, or its machine was lost while it did",
    "error[ROLLOUT_STACK_BUSY]: Pulumi's lock on stack dev is held: created by ann@ci (pid 42)",
    "wait for it; when its machine is gone, `pulumi cancel --stack dev`",
  ],
  ROLLOUT_STAGE_TWICE: [
    "two stages have the same name",
    'stages[1].name: error[ROLLOUT_STAGE_TWICE]: there are two stages "dev"',
    "give each environment a stack of its own",
  ],
  ROLLOUT_STATE_UNREADABLE: [
    "the state of a stage's Pulumi stack cannot be read: no login, a wrong passphrase, a backend that does not answer",
    "error[ROLLOUT_STATE_UNREADABLE]: stage dev: Pulumi's state cannot be read: incorrect passphrase",
    "try `pulumi stack export --stack NAME`, which has the same failure without Tandem",
  ],
  ROLLOUT_VARIES_INVALID: [
    "an entry of `varies` is no path of a pair",
    'varies[0]: error[ROLLOUT_VARIES_INVALID]: "frontends[0]" is not a path of a pair',
    'write property names with dots and * for any, e.g. "frontends.*.maxconn"',
  ],
  ROLLOUT_WAVE_AFTER_REST: [
    "a wave stands behind the one that takes all pairs that are left",
    "stages[0].waves[1]: error[ROLLOUT_WAVE_AFTER_REST]: a wave stands behind the rest",
    'put { kind: "rest" } last',
  ],
} as const satisfies ErrorTable;
