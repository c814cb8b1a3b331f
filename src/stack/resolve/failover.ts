import type { FailoverPrediction } from "./resolved.ts";

/**
 * What the protocol predicts for a fault of the preferred master, from the priority of the node
 * that takes over (RFC 5798 section 6.1; version 2 counts the skew in seconds, RFC 3768 6.1).
 */
export function predictFailover(
  version: 2 | 3,
  advertIntervalMs: number,
  backupPriority: number,
): FailoverPrediction {
  const skew = ((256 - backupPriority) / 256) * (version === 2 ? 1000 : advertIntervalMs);
  const down = 3 * advertIntervalMs + skew;
  return {
    crash: { least: round(down - advertIntervalMs), most: round(down) },
    graceful: round(skew),
  };
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
