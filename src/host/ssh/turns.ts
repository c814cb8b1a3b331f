/** So many at once, no more; who comes later waits, in the order of coming. */
export class Turns {
  readonly #most: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Nobody is at work and nobody waits. */
  get idle(): boolean {
    return this.#taken === 0;
  }

  /** Does it when its turn comes. Rejects with the signal's reason when that is aborted before. */
  async run<T>(what: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#taken < this.#most) this.#taken++;
    else await this.#turn(signal);
    try {
      return await what();
    } finally {
      // A turn is handed on, so that nobody who comes now is first.
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken--;
      else next();
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = () => {
        signal?.removeEventListener("abort", leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(turn), 1);
        reject(signal?.reason);
      };
      this.#waiting.push(turn);
      signal?.addEventListener("abort", leave, { once: true });
    });
  }
}
