import type { Connection } from "../../host/host.ts";

/** What is asked on the virtual address, and how often. */
export interface ProbePlan {
  /** `tcp`: a connection is accepted. `http`: a request gets a status below 500. */
  readonly kind: "tcp" | "http";
  readonly address: string;
  readonly port: number;
  /** Path of the HTTP request. */
  readonly path: string;
  /** `Host` header; the address when absent. */
  readonly host?: string;
  /** Milliseconds between the starts of two probes, each on its own connection. */
  readonly intervalMs: number;
  /** Milliseconds after which a probe counts as lost. */
  readonly timeoutMs: number;
  /** Host that asks; absent = the machine that runs the drill. */
  readonly from?: Connection;
}
