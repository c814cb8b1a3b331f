import { ruleOf } from "./codes/lint.ts";
import type { Problem } from "./problem.ts";

/** Warnings that are not to be told of, and why. */
export interface Silence {
  /** Of a warning, of tandemd's own finding, or of a rule of the two-node lint with all that belongs to it. */
  readonly code: string;
  readonly reason: string;
}

/** Something found, under all the codes that it goes by. */
export interface Telling {
  readonly severity: "error" | "warning" | "note";
  readonly codes: readonly (string | undefined)[];
}

export function tellingOf({ severity, code, daemonCode }: Problem): Telling {
  return { severity, codes: [code, daemonCode, ruleOf(code)] };
}

/** Why it is not told. An error always is: with it nothing would be rendered, or the pair would not work. */
export function silencedFor({ severity, codes }: Telling, silences: readonly Silence[]): string | undefined {
  if (severity === "error") return undefined;
  return silences.find(({ code }) => codes.includes(code))?.reason;
}

/** The problems with the reason at those that are silenced. */
export function silenced(problems: readonly Problem[], silences: readonly Silence[]): readonly Problem[] {
  return problems.map((problem) => {
    const reason = silencedFor(tellingOf(problem), silences);
    return reason === undefined ? problem : { ...problem, silenced: reason };
  });
}

/** Silences that nothing needs any more, and those of what is an error, which they cannot silence. */
export function withoutEffect(
  tellings: readonly Telling[],
  silences: readonly Silence[],
): { readonly idle: readonly Silence[]; readonly powerless: readonly Silence[] } {
  const left = silences.filter(
    (silence) => !tellings.some((telling) => silencedFor(telling, [silence]) !== undefined),
  );
  const isError = ({ code }: Silence) => tellings.some(({ codes }) => codes.includes(code));
  return { idle: left.filter((silence) => !isError(silence)), powerless: left.filter(isError) };
}
