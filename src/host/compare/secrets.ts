import { fillSecrets, type SecretValues, secretPlaceholder } from "../../render/release.ts";

/** What a shown text has in place of a secret that is not the wanted one. */
export const CHANGED_SECRET = "@@secret: changed@@";

const PLACEHOLDER = /@@secret:([A-Za-z0-9_.-]+)@@/;
const PRIVATE_KEY =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$(?![\s\S]))/g;
/** Directives whose last word is a secret, also where they are commented out, for lines that the wanted text does not have. */
const SECRET_WORD =
  /^([\s#!]*(?:auth_pass|password|insecure-password|user\s+\S+\s+(?:insecure-)?password|stats\s+auth)\s+)(\S.*)$/;
/** Below this a value occurs by chance, so it is only looked for as a whole word. */
const LONG = 6;

/**
 * A text from a host with its secrets taken out, for everything that is shown or stored: values
 * that are as wished become their placeholders again, so that an untouched file is equal to the
 * rendered one; a changed value becomes `CHANGED_SECRET`, so that the change shows and the value
 * does not.
 */
export function maskSecrets(live: string, wanted: string | undefined, secrets: SecretValues): string {
  if (wanted !== undefined && live === fillKnown(wanted, secrets)) return wanted;
  const blocks = maskBlocks(live, secrets);
  const templates = (wanted ?? "").split("\n").filter((line) => PLACEHOLDER.test(line));
  return blocks
    .split("\n")
    .map((line) => maskLine(line, templates, secrets))
    .join("\n");
}

function fillKnown(wanted: string, secrets: SecretValues): string | undefined {
  try {
    return fillSecrets(wanted, secrets);
  } catch {
    return undefined;
  }
}

/** Values of several lines first, as lines are looked at one by one afterwards. */
function maskBlocks(live: string, secrets: SecretValues): string {
  const known = Object.entries(secrets)
    .filter(([, value]) => value.includes("\n"))
    .reduce((text, [name, value]) => text.replaceAll(value, secretPlaceholder(name)), live);
  return known.replace(PRIVATE_KEY, CHANGED_SECRET);
}

function maskLine(line: string, templates: readonly string[], secrets: SecretValues): string {
  const same = templates.find((template) => fillKnown(template, secrets) === line);
  if (same !== undefined) return same;
  const put = putBack(line, secrets);
  for (const template of templates) {
    const masked = matchTemplate(put, template);
    if (masked !== undefined) return masked;
  }
  return put.replace(SECRET_WORD, (whole, head: string, value: string) =>
    PLACEHOLDER.test(value) ? whole : `${head}${CHANGED_SECRET}`,
  );
}

/** Wherever a known value stands, whatever is around it. */
function putBack(line: string, secrets: SecretValues): string {
  return Object.entries(secrets)
    .filter(([, value]) => value !== "" && !value.includes("\n"))
    .sort(([, a], [, b]) => b.length - a.length)
    .reduce((text, [name, value]) => {
      if (value.length >= LONG) return text.replaceAll(value, secretPlaceholder(name));
      const word = new RegExp(`(?<![\\w@:-])${escapeRegExp(value)}(?![\\w@:-])`, "g");
      // A short value is masked on lines that can carry a secret; elsewhere "10" is just a number.
      return SECRET_WORD.test(text) ? text.replace(word, secretPlaceholder(name)) : text;
    }, line);
}

/** The line with everything masked that stands where the template has a placeholder. */
function matchTemplate(line: string, template: string): string | undefined {
  const parts = template
    .trim()
    .split(new RegExp(PLACEHOLDER.source))
    .filter((_, i) => i % 2 === 0);
  const source = parts.map((part) => escapeRegExp(part).replace(/\s+/g, "\\s+")).join("(.*?)");
  const match = new RegExp(`^\\s*${source}\\s*$`).exec(line);
  if (match === null) return undefined;
  const found = match.slice(1);
  const indent = /^\s*/.exec(line)?.[0] ?? "";
  return indent + parts.map((part, i) => part + (i < found.length ? shown(found[i] ?? "") : "")).join("");
}

function shown(value: string): string {
  return new RegExp(`^${PLACEHOLDER.source}$`).test(value) ? value : CHANGED_SECRET;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
