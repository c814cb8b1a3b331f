/** Something that somebody did on a host. */
export type Trace =
  | { readonly kind: "login"; readonly at: number; readonly until?: number; readonly who: string }
  | { readonly kind: "command"; readonly at: number; readonly who: string }
  | { readonly kind: "file"; readonly at: number; readonly path: string; readonly who: string };

/** A command is believed to have made a change that follows within this time. */
const SOON = 120_000;

/** From journal lines (`short-unix`) of sshd, sudo and su, and from what auditd noted of files. */
export function tracesOf(
  journal: string,
  events: readonly { readonly path: string; readonly line: string }[],
): readonly Trace[] {
  const logins = new Map<string, Trace & { kind: "login" }>();
  const found: Trace[] = [];
  for (const line of journal.split("\n")) {
    const [, seconds, program, pid = "", said = ""] =
      /^(\d+\.\d+) \S+ ([\w-]+)(?:\[(\d+)\])?: (.*)$/.exec(line) ?? [];
    if (seconds === undefined) continue;
    const at = Math.round(Number(seconds) * 1000);
    const [, user, from] = /^Accepted \S+ for (\S+) from (\S+)/.exec(said) ?? [];
    if (user !== undefined) logins.set(pid, { kind: "login", at, who: `${user} from ${from}` });
    const open = logins.get(pid);
    if (open !== undefined && /session closed for user/.test(said)) {
      found.push({ ...open, until: at });
      logins.delete(pid);
    }
    // `alice : TTY=… ; PWD=… ; USER=root ; COMMAND=/usr/bin/vi …`: arguments may hold secrets, the program does not.
    const [, sudoer, command] = /^\s*(\S+) : .*COMMAND=(\S+)/.exec(said) ?? [];
    if (program === "sudo" && sudoer !== undefined)
      found.push({ kind: "command", at, who: `${sudoer} by sudo ${command}` });
  }
  for (const { path, line } of events) {
    const [, at] = /audit\(.*?(\d{2,4}[/-]\d{2}[/-]\d{2,4} [\d:.]+?)(?::\d+)?\)/.exec(line) ?? [];
    const [, user] = /\bauid=(\S+)/.exec(line) ?? [];
    const [, program] = /\bexe=(\S+)/.exec(line) ?? [];
    const time = at === undefined ? Number.NaN : Date.parse(`${at}Z`);
    if (user !== undefined && user !== "unset")
      found.push({
        kind: "file",
        at: Number.isNaN(time) ? 0 : time,
        path,
        who: `${user} with ${program ?? "?"}`,
      });
  }
  return [...found, ...logins.values()].sort((a, b) => a.at - b.at);
}

/**
 * Who may have made a change: whom auditd saw at the file, else who ran something by sudo shortly before, else
 * who was logged in. Nobody is named where the host does not know.
 */
export function suspects(traces: readonly Trace[], at: number | undefined, path?: string): readonly string[] {
  const seen = traces.filter((trace) => trace.kind === "file" && trace.path === path);
  const last = seen.at(-1);
  if (last !== undefined) return [last.who];
  if (at === undefined) return [];
  const ran = traces.filter(
    (trace) => trace.kind === "command" && trace.at <= at + 1000 && at - trace.at <= SOON,
  );
  const near = ran.at(-1);
  if (near !== undefined) return [near.who];
  // Times of files have whole seconds.
  const present = traces.filter(
    (trace) => trace.kind === "login" && trace.at <= at + 1000 && (trace.until ?? Infinity) >= at,
  );
  return [...new Set(present.map(({ who }) => `${who} (logged in then)`))];
}
