import type { Connection, Host } from "../host/host.ts";

export type HostOpener = (connection: Connection) => Host;

/** Hosts by how they are reached: one connection each, one operation at a time. */
export class HostPool {
  readonly #open: HostOpener;
  readonly #entries = new Map<string, { readonly host: Host; tail: Promise<unknown> }>();

  constructor(open: HostOpener) {
    this.#open = open;
  }

  /** Runs `work` when every earlier use of the same host is over. */
  use<T>(connection: Connection, work: (host: Host) => Promise<T>): Promise<T> {
    const { name, user, address, port } = connection;
    const key = JSON.stringify([name, user, address, port]);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = { host: this.#open(connection), tail: Promise.resolve() };
      this.#entries.set(key, entry);
    }
    const { host } = entry;
    const result = entry.tail.then(() => work(host));
    entry.tail = result.catch(() => undefined);
    return result;
  }

  /** Resolves when every use of every host is over. */
  async idle(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ tail }) => tail));
  }

  /** Closes every connection; the pool can be used again. */
  async close(): Promise<void> {
    const entries = [...this.#entries.values()];
    this.#entries.clear();
    await Promise.allSettled(entries.map((entry) => entry.host.close()));
  }
}
