/** A time of haproxy.cfg as the definition writes it: a bare number means milliseconds. */
export function durationOf(text: string | undefined): string | undefined {
  const [, digits, unit] = /^(\d{1,9})(us|ms|s|m|h|d)?$/.exec(text ?? "") ?? [];
  if (digits === undefined || Number(digits) === 0) return undefined;
  if (unit === "us") return undefined;
  const value = Number(digits);
  if (unit !== undefined) return `${value}${unit}`;
  return value % 1000 === 0 ? `${value / 1000}s` : `${value}ms`;
}
