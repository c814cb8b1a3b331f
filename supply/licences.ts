// Whether everything may be delivered under the licences that licences.json allows.
import { readFileSync } from "node:fs";
import parse from "spdx-expression-parse";
import { z } from "zod";
import type { Part } from "./part.ts";

const rules = z.strictObject({
  /** For whatever is delivered. */
  allowed: z.array(z.string()),
  /** Besides, for what only builds or tests. */
  development: z.array(z.string()),
  /** `NAME@VERSION` to the licence that its files give, where the registry does not say it. */
  clarified: z.record(z.string(), z.string()),
});
export type Rules = z.infer<typeof rules>;

export function readRules(): Rules {
  return rules.parse(JSON.parse(readFileSync(new URL("./licences.json", import.meta.url), "utf8")));
}

/** The parts with the licences that were found in their files. */
export function clarified(parts: readonly Part[], rules: Rules): Part[] {
  return parts.map((part) => ({
    ...part,
    licence: rules.clarified[`${part.name}@${part.version}`] ?? part.licence,
  }));
}

/** One line for each part whose licence is unknown or not allowed. */
export function objections(parts: readonly Part[], rules: Rules): string[] {
  const { allowed, development } = rules;
  return clarified(parts, rules).flatMap(({ name, version, licence, shipped }) => {
    const id = `${name}@${version}`;
    if (licence === undefined) return [`${id}: says no licence; look at its files and clarify it`];
    const good = new Set(shipped ? allowed : [...allowed, ...development]);
    const expression = parsed(licence);
    if (expression === undefined) return [`${id}: '${licence}' is no SPDX expression; clarify it`];
    return satisfied(expression, good) ? [] : [`${id}: '${licence}' is not allowed`];
  });
}

function parsed(licence: string): parse.Info | undefined {
  try {
    return parse(licence);
  } catch {
    return undefined;
  }
}

function satisfied(info: parse.Info, good: ReadonlySet<string>): boolean {
  if ("conjunction" in info) {
    const both = [info.left, info.right].map((side) => satisfied(side, good));
    return info.conjunction === "and" ? both.every(Boolean) : both.some(Boolean);
  }
  return good.has(info.exception === undefined ? info.license : `${info.license} WITH ${info.exception}`);
}
