import type { Release } from "../../render/index.ts";
import type { ApplyOptions, RunOptions, Shell } from "../host.ts";
import type { HostFacts } from "../observe/facts.ts";
import { readHost } from "../observe/observe.ts";

/** Seconds until the host goes back by itself, when the caller gives none. */
export const ROLLBACK_AFTER = 60;
/** Milliseconds for a switch or a rollback: systemd's own start and stop timeouts are shorter. */
export const SWITCH_TIMEOUT = 180_000;

/** What every step of an apply needs. */
export interface ApplyContext {
  readonly shell: Shell;
  /** A shell over a new connection: new TCP, new handshake, new authentication. */
  readonly freshShell: () => Shell;
  readonly release: Release;
  readonly options: ApplyOptions;
}

export async function factsFor(
  { shell, release }: ApplyContext,
  options: RunOptions = {},
): Promise<HostFacts> {
  return await readHost(shell, release, options);
}

/** Until the switch everything may be interrupted; after it nothing is. */
export function stagingOptions({ options }: ApplyContext): RunOptions {
  return options.signal === undefined ? {} : { signal: options.signal };
}

export function tell({ options }: ApplyContext, step: string, message: string): void {
  options.onProgress?.({ step, message });
}
