import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../host/host.ts";
import type { ResolvedPair } from "../../stack/index.ts";
import { packageVersion } from "../package-root.ts";

export interface PairHearingArgs {
  readonly pair: pulumi.Input<string>;
  readonly nodes: pulumi.Input<pulumi.Input<Connection>[]>;
  readonly deadlineMs: pulumi.Input<number>;
  readonly releases: pulumi.Input<Readonly<Record<string, string>>>;
}

/** Proof that both nodes of a pair hear each other. */
export class PairHearing extends pulumi.CustomResource {
  declare readonly heard: pulumi.Output<Readonly<Record<string, string>>>;

  constructor(name: string, args: PairHearingArgs, options: pulumi.CustomResourceOptions = {}) {
    super(
      "tandem:index:PairHearing",
      name,
      { heard: undefined, ...args },
      pulumi.mergeOptions({ version: packageVersion() }, options),
    );
  }
}

/** Milliseconds for connections, the load of a fresh start, and one lost report. */
const SLACK_MS = 10_000;

/**
 * Until when both nodes must have heard each other: the longest election of the pair (the down
 * timer twice, as the second node may come just after the first), and one report of the backup.
 */
export function hearingDeadline(pair: ResolvedPair): number {
  const times = pair.instances.map(
    ({ failover, advertIntervalMs, preemptDelayMs }) =>
      2 * failover.crash.most + Math.max(1000, advertIntervalMs) + (preemptDelayMs ?? 0),
  );
  return Math.ceil(pair.startupDelayMs + Math.max(0, ...times) + SLACK_MS);
}
