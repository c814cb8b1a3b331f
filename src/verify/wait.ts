/** How a wait ended: with a value, or with the time. */
export type Awaited<T> = { readonly met: true; readonly value: T } | { readonly met: false };

export interface WaitOptions {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds between two looks, at most: what comes soon is looked for more often. Default 50. */
  readonly everyMs?: number;
  /** Called every two seconds with the seconds waited so far, so that nobody has to wonder. */
  readonly onCheckIn?: (seconds: number) => void;
}

/** Looks until `look` returns something other than undefined, or the deadline passes. */
export async function waitFor<T>(
  look: () => Promise<T | undefined> | T | undefined,
  options: WaitOptions,
): Promise<Awaited<T>> {
  const { deadlineMs, signal, everyMs = 50, onCheckIn } = options;
  const start = performance.now();
  let nextCheckIn = 2000;
  for (;;) {
    signal.throwIfAborted();
    const value = await look();
    if (value !== undefined) return { met: true, value };
    const waited = performance.now() - start;
    if (waited >= deadlineMs) return { met: false };
    if (waited >= nextCheckIn) {
      onCheckIn?.(Math.round(waited / 1000));
      nextCheckIn += 2000;
    }
    await pause(Math.min(nextLook(waited, everyMs), deadlineMs - waited), signal);
  }
}

/** Milliseconds until the next look: a wait is never much longer than what it waits for. */
export function nextLook(waited: number, atMost: number): number {
  return Math.min(atMost, 10 + waited / 4);
}

/** Resolves after `ms`, or rejects at once when the signal fires. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    // One that has fired does not fire again.
    if (signal.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
