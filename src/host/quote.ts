/** Words that need no quotes in any POSIX shell. */
const PLAIN = /^[A-Za-z0-9_@%+:,./-]+$/;

/**
 * One argument as a POSIX shell word. Everything else than plain words goes between single
 * quotes, where the shell changes nothing; a single quote itself closes, escapes and reopens.
 * Throws a RangeError for NUL, which no argv can carry.
 */
function quoteWord(word: string): string {
  if (word.includes("\0")) throw new RangeError("an argument cannot contain a NUL character");
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/**
 * argv as one line for `sh -c`, so that the program gets exactly these arguments. The only place
 * where command lines are put together. Throws a RangeError for NUL and for an empty argv.
 *
 * @example
 * quote(["printf", "%s", "it's"]); // printf '%s' 'it'\''s'
 */
export function quote(argv: readonly string[]): string {
  const [program] = argv;
  if (program === undefined) throw new RangeError("a command needs a program");
  const words = argv.map(quoteWord);
  // A first word like A=B would be an assignment, not a program.
  return program.includes("=") ? ["command", ...words].join(" ") : words.join(" ");
}
