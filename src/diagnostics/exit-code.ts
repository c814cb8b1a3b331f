/** Exit codes of every command, by kind of outcome. */
export const ExitCode = {
  /** Everything is as wished. */
  ok: 0,
  /** The command failed. */
  failed: 1,
  /** Changes or drift are pending. */
  pending: 2,
  /** The stack definition is invalid; nothing was contacted. */
  invalidStack: 3,
  /** A host could not be reached or would not let us in; nothing was changed on it. */
  unreachable: 4,
  /** Verification failed and the hosts were rolled back. */
  verificationFailed: 5,
  /** The command line was wrong (sysexits.h EX_USAGE). */
  usage: 64,
  /** Interrupted by SIGINT (128 + 2). */
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
