/** Seconds as keepalived.conf takes them, e.g. 0.1 or 5. */
export function seconds(ms: number): string {
  return String(Math.round(ms * 1000) / 1_000_000);
}

/** A time as haproxy.cfg takes it: a whole number and the largest unit that fits, e.g. 1500ms, 30s. */
export function haproxyTime(ms: number): string {
  if (!Number.isInteger(ms)) return `${Math.round(ms * 1000)}us`;
  if (ms >= 1000 && ms % 1000 === 0) return `${ms / 1000}s`;
  return `${ms}ms`;
}
