import type { DriftReport } from "./finding.ts";
import { isoTime } from "./finding.ts";

/**
 * What no record of a host dates (a live kernel parameter, a rule) is as old as the first look of this watch that
 * found it. What is gone is forgotten: when it comes back it is new.
 */
export class FirstSeen {
  #times: ReadonlyMap<string, number> = new Map();

  /** The reports with a time at every finding; `now` in milliseconds since 1970. */
  date(reports: readonly DriftReport[], now: number): readonly DriftReport[] {
    const times = new Map<string, number>();
    const dated = reports.map((report) => ({
      ...report,
      drift: report.drift.map((one) => {
        if (one.since !== undefined) return one;
        const key = JSON.stringify([report.stack, one.pair, one.node, one.kind, one.message]);
        const time = this.#times.get(key) ?? now;
        times.set(key, time);
        return { ...one, ...isoTime(time) };
      }),
    }));
    this.#times = times;
    return dated;
  }
}
