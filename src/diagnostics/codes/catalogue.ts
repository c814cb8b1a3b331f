import { certificateCodes } from "./certificates.ts";
import { cliCodes } from "./cli.ts";
import { daemonCodes } from "./daemon.ts";
import type { ErrorEntry } from "./entry.ts";
import { fileCodes } from "./files.ts";
import { generalCodes } from "./general.ts";
import { hostCodes } from "./host.ts";
import { importCodes } from "./import.ts";
import { type LintRule, lintRules, ruleOf } from "./lint.ts";
import { providerCodes } from "./provider.ts";
import { rolloutCodes } from "./rollout.ts";
import { stackCodes } from "./stack.ts";
import { stackFieldCodes } from "./stack-fields.ts";
import { verifyCodes } from "./verify.ts";

/** Every code that a user can see, by stage of the pipeline. */
export const errorCatalogue = {
  ...generalCodes,
  ...stackFieldCodes,
  ...stackCodes,
  ...certificateCodes,
  ...hostCodes,
  ...providerCodes,
  ...verifyCodes,
  ...rolloutCodes,
  ...cliCodes,
  ...importCodes,
  ...fileCodes,
  ...lintRules,
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

/** The entry of a code as the user typed it (case does not matter), or undefined. */
export function explainCode(code: string): (ErrorExplanation & { readonly code: string }) | undefined {
  const wanted = code.trim().toUpperCase().replaceAll("-", "_");
  const entry: ErrorEntry | undefined = (errorCatalogue as Readonly<Record<string, ErrorEntry>>)[wanted];
  if (entry === undefined) return undefined;
  const [meaning, example, fix] = entry;
  const rule = ruleOf(wanted);
  return { code: wanted, meaning, example, fix, ...(rule === undefined ? {} : { rule }) };
}

/** A code as it is told, of this catalogue or of tandemd's own, from how the user typed it; or undefined. */
export function knownCode(code: string): string | undefined {
  const daemons = code.trim().toLowerCase();
  return explainCode(code)?.code ?? (daemons in daemonCodes ? daemons : undefined);
}

export interface ErrorExplanation {
  readonly meaning: string;
  readonly example: string;
  readonly fix: string;
  /** Rule of the two-node lint that it belongs to; the code itself where it is one. */
  readonly rule?: LintRule;
}
