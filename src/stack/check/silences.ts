import { knownCode, type Problem } from "../../diagnostics/index.ts";
import type { StackData } from "../schema/stack.ts";
import { nearestCode } from "../suggest.ts";
import { error, repeated } from "./report.ts";

/** Silences name codes that exist, each once. */
export function checkSilences({ silences }: StackData): Problem[] {
  const unknown = silences.flatMap(({ code }, i) => {
    if (knownCode(code) === code) return [];
    const near = nearestCode(code);
    return [
      error("STACK_SILENCE_UNKNOWN", ["silences", i, "code"], `there is no code ${JSON.stringify(code)}`, {
        why: "nothing would be silenced by it",
        hint:
          near === undefined
            ? "write it as `tandem check` shows it, e.g. STACK_FAILOVER_SLOW or haproxy/no-check"
            : `did you mean ${JSON.stringify(near)}?`,
      }),
    ];
  });
  const twice = repeated(silences, ({ code }) => code).map(({ item, index, first }) =>
    error("STACK_SILENCE_TWICE", ["silences", index, "code"], `${item.code} is silenced already`, {
      why: `silences[${first}] has another reason, and only that is shown`,
      hint: "keep one of the two",
    }),
  );
  return [...unknown, ...twice];
}
