import type { Difference } from "../../host/index.ts";

/** Everything in which a pair can differ from what was deployed. */
export type DriftKind =
  | Difference["kind"]
  | "sysctl-boot"
  | "firewall"
  | "address-missing"
  | "address-foreign"
  | "runtime"
  | "two-masters"
  | "no-master"
  | "release-differs";

/** One thing that is not as it was deployed. */
export interface Drift {
  readonly kind: DriftKind;
  readonly pair: string;
  /** Undefined for what only the pair as a whole shows. */
  readonly node?: string;
  readonly message: string;
  /** From what the host has (`-`) to what was deployed (`+`); secrets are masked. */
  readonly diff?: string;
  /** ISO time; absent where nothing tells it. */
  readonly since?: string;
  /** Who may have done it, as far as the host's own records tell. */
  readonly who: readonly string[];
}

/** A node that was asked. */
export interface AskedNode {
  readonly pair: string;
  readonly node: string;
  readonly release: string;
}

/** What one look at a deployment found. */
export interface DriftReport {
  /** Name of the Pulumi stack; undefined for the selected one. */
  readonly stack?: string;
  readonly nodes: readonly AskedNode[];
  readonly drift: readonly Drift[];
}

export const isoTime = (ms: number | undefined): { readonly since?: string } =>
  ms === undefined || ms <= 0 ? {} : { since: new Date(ms).toISOString().replace(/\.\d+Z$/, "Z") };
