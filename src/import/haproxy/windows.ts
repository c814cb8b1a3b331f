import { type Field, field, treeOf } from "../document.ts";
import type { Notes } from "../notes.ts";
import { rewritten, type Statement } from "../statement.ts";
import { isPagePassword, isRuntimeSocket, isStatistics } from "../words.ts";
import { durationOf } from "./time.ts";

/** Lines that became a field, and those that stand as they are. */
interface Fitting {
  readonly fields: readonly Field[];
  readonly rest: readonly Statement[];
}

const isPlain = ({ words, raws }: Statement): boolean => words.every((word, at) => word === raws[at]);

const isStats = ({ words }: Statement): boolean => words[0] === "stats";

/** `stats socket`, `stats timeout` and `stats maxconn` of the global section, where there is one socket. */
export function socketField(lines: readonly Statement[]): Fitting {
  const own = lines.filter(isStats);
  const of = (word: string) => own.filter(({ words }) => words[1] === word);
  const [line, ...others] = of("socket");
  const [timeout, ...timeouts] = of("timeout");
  const [maxconn, ...limits] = of("maxconn");
  const none = { fields: [], rest: lines };
  if (line === undefined || [...others, ...timeouts, ...limits].length > 0) return none;
  const wish = {
    ...socketOf(line),
    ...(timeout === undefined ? {} : { timeout: durationOf(timeout.words[2]) ?? "" }),
    ...(maxconn === undefined ? {} : { maxconn: Number(maxconn.words[2]) }),
  };
  const taken = [line, timeout, maxconn].flatMap((one) => one ?? []);
  // Without a mode its file would have what the umask says, which no definition knows.
  if (!("mode" in wish) || !taken.every(isPlain) || !isRuntimeSocket(wish)) return none;
  const fields = [field("runtimeSocket", treeOf(wish), ...taken)];
  return { fields, rest: lines.filter((one) => !taken.includes(one)) };
}

function socketOf(line: Statement): object {
  const [, , path, ...options] = line.words;
  const wish: Record<string, unknown> = { path };
  for (let at = 0; at < options.length; at += 2) {
    const [word = "", value] = options.slice(at, at + 2);
    // A word that the definition does not have makes the whole line stay.
    if (word === "expose-fd" && value === "listeners") wish.exposeListeners = true;
    else wish[word] = value;
  }
  return wish;
}

export interface Page {
  /** What `statistics` says beside its place. */
  readonly wish: Readonly<Record<string, unknown>>;
  /** The lines that say it. */
  readonly lines: readonly Statement[];
  readonly passwords: readonly Statement[];
}

const METRICS = /^http-request use-service prometheus-exporter if \{ path (\/\S*) \}$/;

/** The page that the lines of a section open; undefined when there is none, or it has more than a definition says. */
export function pageOf(body: readonly Statement[], metrics: boolean): Page | undefined {
  const lines = body.filter((line) => isStats(line) || (metrics && METRICS.test(rewritten(line))));
  if (!lines.some(({ words }) => ["enable", "uri", "auth", "realm"].includes(words[1] ?? "")))
    return undefined;
  const wish: Record<string, unknown> = { uri: "/haproxy?stats", hideVersion: false };
  const lists = { users: [] as object[], scope: [] as string[] };
  for (const line of lines) {
    const said = saying(line);
    if (said === undefined) return undefined;
    const { user, scope, ...rest } = said;
    if (user !== undefined) lists.users.push(user);
    if (scope !== undefined) lists.scope.push(scope);
    Object.assign(wish, rest);
  }
  const whole = {
    ...wish,
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  };
  const passwords = lines.filter(({ words }) => words[1] === "auth");
  return isStatistics(whole) ? { wish: whole, lines, passwords } : undefined;
}

interface Saying {
  readonly user?: object;
  readonly scope?: string;
  readonly [key: string]: unknown;
}

function saying(line: Statement): Saying | undefined {
  const [, keyword = "", value = ""] = line.words;
  const metrics = METRICS.exec(rewritten(line));
  if (metrics !== null) return { prometheus: metrics[1] };
  const alone = line.words.length === 3 && isPlain(line);
  switch (keyword) {
    case "enable":
      return line.words.length === 2 ? {} : undefined;
    case "hide-version":
      return line.words.length === 2 ? { hideVersion: true } : undefined;
    case "realm":
      return line.words.length === 3 ? { realm: value } : undefined;
    case "uri":
      return alone ? { uri: value } : undefined;
    case "scope":
      return alone ? { scope: value } : undefined;
    case "refresh":
      // A bare number means seconds here.
      return alone ? { refresh: /^\d+$/.test(value) ? `${value}s` : durationOf(value) } : undefined;
    case "auth":
      return alone ? userOf(value) : undefined;
    case "admin":
      return adminOf(line);
    default:
      return undefined;
  }
}

function userOf(text: string): Saying | undefined {
  const [, name = "", password = ""] = /^([^:]+):(.*)$/.exec(text) ?? [];
  if (!isPagePassword(password)) return undefined;
  return { user: { name, password: { kind: "config", key: `statistics.${name}.password` } } };
}

/** Conditions that name no list of the section, as lists would stand behind it. */
function adminOf(line: Statement): Saying | undefined {
  const condition = line.raws.slice(2).join(" ");
  return /^(if|unless) (!?(\{ [^{}]+ \}|TRUE)( (or|\|\|) |$| ))+$/.test(condition)
    ? { admin: condition }
    : undefined;
}

/** Tells that passwords of the page are not in the definition. */
export function tellPasswords({ passwords }: Page, notes: Notes): void {
  for (const line of passwords) {
    const [user = ""] = (line.words[2] ?? "").split(":");
    notes.secret(line, `the password of ${user} for the statistics page stands in no definition`, {
      why: "a definition refers to secrets and does not hold them",
      hint: `set it with \`pulumi config set --secret statistics.${user}.password\``,
    });
  }
}
