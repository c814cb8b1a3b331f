import * as z from "zod";

/** Problem details that travel through a zod issue; read back by problems.ts. */
export interface IssueParams {
  readonly code: string;
  readonly why?: string;
  readonly hint?: string;
}

/**
 * A string that must match a pattern before it may reach a configuration file. The patterns are
 * the injection guard: none admits a control character, and white space only where it is harmless.
 */
export function guarded(pattern: RegExp, what: string, params: IssueParams): z.ZodType<string, string> {
  return z
    .string()
    .superRefine((value, context) => {
      if (pattern.test(value) && !value.includes("@@")) return;
      context.addIssue({ code: "custom", message: `${quote(value)} is not ${what}`, params: { ...params } });
    })
    .meta({ pattern: pattern.source });
}

/** A value as it stands in a message: JSON, cut where it gets long. */
export function quote(value: unknown): string {
  const text = asJson(value) ?? (typeof value === "bigint" ? `${value}n` : `<${typeof value}>`);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** Undefined for what JSON cannot say: functions, big integers, circles. */
function asJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

const BREAKS = "it would end or change a line of the configuration files";

/** Names of things: they become section names, so they must be one plain word. */
export const name = (): z.ZodType<string, string> =>
  guarded(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, "a name", {
    code: "STACK_NAME_INVALID",
    why: "names become section names, file names and Pulumi resource names",
    hint: "use letters, digits, '_', '-' and '.', start with a letter or digit, at most 63 characters",
  });

/** A network interface as Linux allows it (IFNAMSIZ − 1 = 15 characters), without shell or file characters. */
export const interfaceName = (): z.ZodType<string, string> =>
  guarded(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/, "an interface name", {
    code: "STACK_NAME_INVALID",
    why: "Linux interface names have at most 15 characters, and no '/' or white space",
    hint: "write the name that `ip link` shows, e.g. eth0 or bond0.10",
  });

/** One word without white space, quotes, comment or block characters. */
export const word = (what: string, hint: string): z.ZodType<string, string> =>
  guarded(/^[\x21-\x7e]{1,255}$(?<!["'`\\#!{}$~].*)/, what, { code: "STACK_TEXT_UNSAFE", why: BREAKS, hint });

/** A command line of plain words: no shell reads it. */
export const commandLine = (): z.ZodType<string, string> =>
  guarded(/^[A-Za-z0-9_./:=,+%@^-]+( [A-Za-z0-9_./:=,+%@^-]+)*$/, "a plain command line", {
    code: "STACK_SCRIPT_UNSAFE",
    why: "no shell runs the script: quotes, pipes, redirections, $ and ; would reach it as arguments or break the file",
    hint: 'write a program and plain arguments, e.g. "/usr/local/bin/check-web 80", and put shell code into that file',
  });

export const emailAddress = (): z.ZodType<string, string> =>
  guarded(/^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$/, "a mail address", {
    code: "STACK_TEXT_UNSAFE",
    why: BREAKS,
    hint: 'write user@host, e.g. "ops@example.org"',
  });

/** Words that open a section of haproxy.cfg. */
const SECTIONS =
  "global|defaults|frontend|backend|listen|resolvers|peers|userlist|program|cache|ring|mailers|http-errors|log-forward|fcgi-app";

/** One line of haproxy.cfg within its section: no comment, and no word that opens another section. */
export const directive = (): z.ZodType<string, string> =>
  guarded(
    // Quotes are closed, and a # is quoted or escaped, so that nothing of the line is lost.
    new RegExp(
      `^(?!(?:${SECTIONS})(?: |$))(?=.{2,1024}$)[a-z](?:[ !$-&(-[\\]-~]|\\\\[ -~]|"(?:[ !#-[\\]-~]|\\\\[ -~])*"|'[ -&(-~]*')*$`,
      "u",
    ),
    "a directive",
    {
      code: "STACK_TEXT_UNSAFE",
      why: "a line must stay within its section of haproxy.cfg",
      hint: 'write one line as in haproxy.cfg, without comment, e.g. "option tcpka"',
    },
  );

/** One line of keepalived.conf; braces may open and close blocks. */
const blockLine = (): z.ZodType<string, string> =>
  guarded(/^[^\p{Cc}#!]{1,1024}$/u, "a line of keepalived.conf", {
    code: "STACK_TEXT_UNSAFE",
    why: BREAKS,
    hint: 'write one line as in keepalived.conf, without comment, e.g. "dont_track_primary"',
  });

/** Lines of keepalived.conf whose blocks are closed, so that nothing of the file behind them moves into one. */
export const blockLines = (): z.ZodType<string[], string[]> =>
  z.array(blockLine()).superRefine((lines, context) => {
    let depth = 0;
    for (const [index, line] of lines.entries()) {
      const bare = line.replace(/"[^"]*"/g, "");
      for (const char of bare) {
        if (char === "{") depth += 1;
        if (char === "}") depth -= 1;
        if (depth < 0) break;
      }
      if (depth >= 0 && !bare.includes('"')) continue;
      context.addIssue({
        code: "custom",
        path: [index],
        message: depth < 0 ? "this } closes nothing" : "this quote is never closed",
        params: { code: "STACK_TEXT_UNSAFE", why: BREAKS, hint: "close what is opened, and nothing else" },
      });
      return;
    }
    if (depth === 0) return;
    context.addIssue({
      code: "custom",
      message: "a block is never closed",
      params: { code: "STACK_TEXT_UNSAFE", why: BREAKS, hint: 'add the line "}"' },
    });
  });

/** Name of a section that stands in haproxy.cfg as it is. */
export const sectionName = (): z.ZodType<string, string> =>
  guarded(/^[A-Za-z0-9_.:-]{1,127}$/, "a section name", {
    code: "STACK_NAME_INVALID",
    hint: "use letters, digits and - _ . :",
  });

/** Host name or IP address, as far as one can tell without asking. */
export const hostName = (): z.ZodType<string, string> =>
  guarded(/^[A-Za-z0-9](?:[A-Za-z0-9:._-]{0,251}[A-Za-z0-9])?$/, "a host name or IP address", {
    code: "STACK_ADDRESS_INVALID",
    hint: 'write e.g. "lb-a.example.org" or "10.0.0.11"',
  });

/** A path on the machine that runs Tandem. */
export const localPath = (): z.ZodType<string, string> =>
  guarded(/^\P{Cc}{1,4096}$/u, "a path", {
    code: "STACK_TEXT_UNSAFE",
    why: "a path holds no control characters",
    hint: "write the path of a file on the machine that runs Tandem",
  });
