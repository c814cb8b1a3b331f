import type { Release, SecretValues } from "../render/index.ts";
import { applyRelease, rehearse } from "./apply/apply.ts";
import type { ApplyContext } from "./apply/context.ts";
import { destroyHost } from "./destroy/destroy.ts";
import type { ApplyOptions, Connection, Host, Observation, Shell } from "./host.ts";
import { readHost, toObservation } from "./observe/observe.ts";
import { SshShell } from "./ssh/shell.ts";
import { Steps } from "./steps.ts";

/**
 * One managed host over SSH. Nothing is contacted until the first call; `close` ends the pooled
 * connection.
 */
export function openHost(connection: Connection): Host {
  return new SshHost(connection);
}

class SshHost implements Host {
  readonly name: string;
  readonly #connection: Connection;
  readonly #shell: SshShell;

  constructor(connection: Connection) {
    this.name = connection.name;
    this.#connection = connection;
    this.#shell = new SshShell(connection);
  }

  async observe(wanted: Release, secrets: SecretValues): Promise<Observation> {
    const facts = await readHost(this.#shell, wanted);
    return toObservation(facts, wanted, secrets);
  }

  async preflight(release: Release, options: ApplyOptions): Promise<void> {
    await rehearse(this.#context(release, options));
  }

  async apply(release: Release, options: ApplyOptions): Promise<Observation> {
    return await applyRelease(this.#context(release, options));
  }

  async destroy(options: Pick<ApplyOptions, "owner" | "onProgress" | "signal">): Promise<void> {
    const steps = new Steps(options.onProgress);
    await destroyHost(steps.on(this.#shell), { ...options, onProgress: steps.tell });
  }

  async shell(): Promise<Shell> {
    return this.#shell;
  }

  async close(): Promise<void> {
    await this.#shell.close();
  }

  #context(release: Release, options: ApplyOptions): ApplyContext {
    const steps = new Steps(options.onProgress);
    return {
      shell: steps.on(this.#shell),
      freshShell: () => steps.on(new SshShell(this.#connection)),
      release,
      options: { ...options, onProgress: steps.tell },
    };
  }
}
