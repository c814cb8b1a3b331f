import * as z from "zod";
import { quote } from "./text.ts";

/** A time with its unit, e.g. `"100ms"`, `"1s"`, `"1.5s"`, `"5m"`. */
export type Duration = `${number}${"us" | "ms" | "s" | "m" | "h" | "d"}`;

const PATTERN = /^(\d{1,9}(?:\.\d{1,6})?)(us|ms|s|m|h|d)$/;
const MILLISECONDS = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a duration; NaN when it is none. */
export function durationMs(text: string): number {
  const [, digits, unit] = PATTERN.exec(text) ?? [];
  if (digits === undefined || unit === undefined) return Number.NaN;
  const factor = MILLISECONDS[unit as keyof typeof MILLISECONDS];
  // Rounded to a microsecond: 0.3s must be 300 ms, not 299.99….
  return Math.round(Number(digits) * factor * 1000) / 1000;
}

/** A duration within limits, both inclusive; with `step` a multiple of it. */
export function duration(least: Duration, most: Duration, step?: Duration): z.ZodType<Duration, Duration> {
  return z
    .string()
    .superRefine((value, context) => {
      const ms = durationMs(value);
      if (Number.isNaN(ms)) {
        context.addIssue({
          code: "custom",
          message: `${quote(value)} is not a time`,
          params: {
            code: "STACK_DURATION_INVALID",
            hint: 'write a number and a unit, e.g. "500ms", "1s", "5m"',
          },
        });
      } else if (ms < durationMs(least) || ms > durationMs(most)) {
        context.addIssue({
          code: "custom",
          message: `${quote(value)} is outside ${least} to ${most}`,
          params: { code: "STACK_VALUE_OUT_OF_RANGE", hint: `write a time from ${least} to ${most}` },
        });
      } else if (step !== undefined && ms % durationMs(step) !== 0) {
        context.addIssue({
          code: "custom",
          message: `${quote(value)} is no multiple of ${step}`,
          params: {
            code: "STACK_VALUE_OUT_OF_RANGE",
            why: "keepalived.conf has no finer unit here",
            hint: `write a multiple of ${step}`,
          },
        });
      }
    })
    .meta({ pattern: PATTERN.source }) as unknown as z.ZodType<Duration, Duration>;
}

/** A duration for the places where keepalived.conf takes whole seconds only. */
export function wholeSeconds(least: Duration, most: Duration): z.ZodType<Duration, Duration> {
  return duration(least, most, "1s");
}
