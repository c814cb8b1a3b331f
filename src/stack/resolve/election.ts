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
 * The owner of the addresses stays at 255 (RFC 9568, 6.1).
 */
export function effectivePriority(
  base: number,
  trackers: readonly Tracker[],
  failed: ReadonlySet<Tracker>,
): number | undefined {
  const weighs = base !== OWNER;
  let sum = base;
  for (const tracker of trackers) {
    const failing = failed.has(tracker);
    if (tracker.weight === 0 && failing) return undefined;
    if (tracker.weight > 0 && !failing) sum += tracker.weight;
    if (tracker.weight < 0 && failing) sum += tracker.weight;
  }
  return weighs ? Math.min(254, Math.max(1, sum)) : base;
}

/** Priority of the router that has the virtual addresses as its own. */
export const OWNER = 255;

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

/** What a tracker does to the election: moves it alone, with a smallest set of others, or never. */
export type Influence =
  | { readonly kind: "alone" }
  | { readonly kind: "together"; readonly others: readonly Tracker[] }
  | { readonly kind: "never" };

/** Tries every set of failures: sets of one sum of weights are one case, so that many trackers cost little. */
export function influence(
  master: number,
  backup: number,
  trackers: readonly Tracker[],
  of: Tracker,
): Influence {
  if (moves(master, backup, trackers, new Set([of]))) return { kind: "alone" };
  let smallest: readonly Tracker[] | undefined;
  for (const others of representatives(
    trackers.filter((tracker) => tracker !== of && tracker.weight !== 0),
  )) {
    if (smallest !== undefined && smallest.length <= others.length) continue;
    const without = moves(master, backup, trackers, new Set(others));
    if (!without && moves(master, backup, trackers, new Set([...others, of]))) smallest = others;
  }
  return smallest === undefined ? { kind: "never" } : { kind: "together", others: smallest };
}

/** For every sum that some subset of the weights has, a smallest such subset. */
function representatives(trackers: readonly Tracker[]): Iterable<readonly Tracker[]> {
  const sums = new Map<number, readonly Tracker[]>([[0, []]]);
  for (const tracker of trackers) {
    for (const [sum, set] of [...sums]) {
      const known = sums.get(sum + Math.abs(tracker.weight));
      if (known === undefined || known.length > set.length + 1)
        sums.set(sum + Math.abs(tracker.weight), [...set, tracker]);
    }
  }
  return sums.values();
}
