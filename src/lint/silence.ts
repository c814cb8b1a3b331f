import type { Problem } from "../diagnostics/index.ts";

/** A rule that is not to be told of, and why. */
export interface Silence {
  readonly code: string;
  readonly reason: string;
}

/** The problems with the reason at those that are silenced, and silences that nothing needs any more. */
export function silenced(
  problems: readonly Problem[],
  silences: readonly Silence[],
): { readonly problems: readonly Problem[]; readonly idle: readonly Silence[] } {
  const reasons = new Map(silences.map(({ code, reason }) => [code, reason]));
  // An error is never silenced: with it nothing would be rendered, or the pair would not work.
  const told = problems.map((problem) => {
    const reason = problem.severity === "warning" ? reasons.get(problem.code) : undefined;
    return reason === undefined ? problem : { ...problem, silenced: reason };
  });
  const used = new Set(told.flatMap((problem) => (problem.silenced === undefined ? [] : [problem.code])));
  return { problems: told, idle: silences.filter(({ code }) => !used.has(code)) };
}
