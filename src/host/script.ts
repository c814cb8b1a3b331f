import type { CommandResult, RunOptions, Shell } from "./host.ts";
import { hostError } from "./problem.ts";

/**
 * What every script on a host begins with. `record KIND FIELD…` prints one line that survives
 * any bytes: `@KIND =BASE64 =BASE64`. Lines without that form (a talkative login) are skipped.
 */
const PRELUDE = `set -u
umask 077
field() { printf ' ='; base64 -w0; }
item() {
  printf '@%s' "$1"
  shift
  for value; do
    case $value in
    '' | *[!A-Za-z0-9_./,@+-]*) printf %s "$value" | field ;;
    *) printf ' :%s' "$value" ;;
    esac
  done
}
record() { item "$@"; printf '\\n'; }
fail() { record fail "$@"; exit 1; }
`;

export interface ScriptRecord {
  readonly kind: string;
  readonly fields: readonly Buffer[];
}

export interface ScriptResult extends CommandResult {
  readonly records: readonly ScriptRecord[];
}

/** Runs a POSIX sh script with arguments; its data comes on standard input, never in the text. */
export async function runScript(
  shell: Shell,
  script: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<ScriptResult> {
  const result = await shell.run(["sh", "-c", `${PRELUDE}${script}`, "tandem", ...args], options);
  return { ...result, records: parseRecords(result.stdout.toString("latin1")) };
}

export function parseRecords(text: string): readonly ScriptRecord[] {
  return text.split("\n").flatMap((line) => {
    const match = /^@([a-z-]+)((?: (?:=[A-Za-z0-9+/]*=*|:[\w./,@+-]+))*)$/.exec(line);
    const [, kind, fields] = match ?? [];
    if (kind === undefined || fields === undefined) return [];
    const words = fields.split(" ").slice(1);
    return [{ kind, fields: words.map(decode) }];
  });
}

function decode(word: string): Buffer {
  return Buffer.from(word.slice(1), word.startsWith(":") ? "latin1" : "base64");
}

/** A field as text; absent fields are empty. */
export function text(record: ScriptRecord | undefined, index: number): string {
  return record?.fields[index]?.toString("utf8") ?? "";
}

/** Throws TandemError when a script did not run to its end as planned. */
export function expectSuccess(
  shell: Shell,
  what: string,
  result: ScriptResult,
  hint = "the text is the host's own; nothing of the release was taken over",
): ScriptResult {
  if (result.exitCode === 0) return result;
  const failed = result.records.filter((record) => record.kind === "fail").map((record) => text(record, 0));
  const reason = [...failed, result.stderr.trim()].filter((part) => part !== "").join("\n");
  throw hostError(
    shell.name,
    scriptCode(reason),
    `${what} failed: ${reason || `exit code ${result.exitCode}`}`,
    { hint, ...(shell.step === undefined ? {} : { detail: `step ${shell.step}` }) },
  );
}

/** The code of a script's failure: `other` where the words do not tell more. */
export function scriptCode(reason: string, other = "HOST_STEP_FAILED"): string {
  return /no space left on device|disk quota exceeded/i.test(reason) ? "HOST_DISK_FULL" : other;
}
