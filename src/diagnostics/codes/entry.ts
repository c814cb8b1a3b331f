/**
 * What `tandem explain CODE` prints and docs/errors.md holds for one code.
 *
 * To add a code: one line in the file of your folder (stack.ts, host.ts, provider.ts,
 * verify.ts, cli.ts), in alphabetical order:
 *
 *     HOST_LOCKED: ["another run holds the host's lock", "lb-a: locked by bob@ci pid 7", "wait, or …"],
 *
 * then `node --import tsx src/diagnostics/codes/generate.ts` rewrites docs/errors.md.
 * Codes are UPPER_SNAKE and start with their folder's prefix. A test fails for every `code: "X"`
 * in src that has no entry, and when docs/errors.md is not current.
 */
export type ErrorEntry = readonly [
  /** What the code means and why it matters: lower case, no full stop. */
  meaning: string,
  /** A message as a user sees it, or the definition that causes it. */
  example: string,
  /** What to write or do instead. */
  fix: string,
];

export type ErrorTable = Readonly<Record<string, ErrorEntry>>;
