/** What lowers or raises the priority of a node. */
export interface Tracker {
  /** For messages, e.g. `script chk_http`. */
  readonly name: string;
  /** 0 puts the node into FAULT. */
  readonly weight: number;
}

/**
 * Priority of a node while the named trackers fail; undefined in FAULT. Positive weights count
 * while healthy, negative ones while failed; the sum stays within 1 to 254 (keepalived.conf(5)).
 */
export function effectivePriority(
  base: number,
  trackers: readonly Tracker[],
  failed: ReadonlySet<Tracker>,
): number | undefined {
  let sum = base;
  for (const tracker of trackers) {
    const failing = failed.has(tracker);
    if (tracker.weight === 0 && failing) return undefined;
    if (tracker.weight > 0 && !failing) sum += tracker.weight;
    if (tracker.weight < 0 && failing) sum += tracker.weight;
  }
  return Math.min(254, Math.max(1, sum));
}

/** Base priorities when the definition names none: as high as the positive weights permit. */
export function defaultPriorities(trackers: readonly Tracker[]): { master: number; backup: number } {
  const gain = trackers.reduce((sum, tracker) => sum + Math.max(0, tracker.weight), 0);
  const master = Math.max(2, 254 - gain);
  return { master, backup: master - 1 };
}

/**
 * Whether the backup, all healthy, takes over from a master on which the named trackers fail.
 * Equal priorities never preempt.
 */
export function moves(
  master: number,
  backup: number,
  trackers: readonly Tracker[],
  failed: ReadonlySet<Tracker>,
): boolean {
  const sick = effectivePriority(master, trackers, failed);
  const well = effectivePriority(backup, trackers, new Set());
  return sick === undefined || (well !== undefined && well > sick);
}

/** What a tracker does to the election: moves it alone, only together with others, or never. */
export function influence(
  master: number,
  backup: number,
  trackers: readonly Tracker[],
  of: Tracker,
): "alone" | "together" | "never" {
  if (moves(master, backup, trackers, new Set([of]))) return "alone";
  const others = trackers.filter((tracker) => tracker !== of && tracker.weight !== 0);
  for (const subset of subsets(others)) {
    const without = moves(master, backup, trackers, new Set(subset));
    if (!without && moves(master, backup, trackers, new Set([...subset, of]))) return "together";
  }
  return "never";
}

/** Every subset; beyond 12 elements only those that leave out or hold a single one. */
function* subsets<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length > 12) {
    yield [...items];
    for (const item of items) {
      yield [item];
      yield items.filter((other) => other !== item);
    }
    return;
  }
  for (let bits = 0; bits < 1 << items.length; bits++) {
    yield items.filter((_, i) => (bits >> i) & 1);
  }
}
