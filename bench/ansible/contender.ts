import type { Fleet, FleetHost } from "../fleet/fleet.ts";

/** What an operator does with a fleet, one command each. */
export const actions = ["first", "check", "change"] as const;
export type Action = (typeof actions)[number];

/** One command line of a contender, and whether its end and its words are what they should be. */
export interface Command {
  readonly id: string;
  readonly action: Action;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  accept(code: number | null, output: string): boolean;
}

/** What is brought to the hosts: the same files, executable and kernel parameters, whoever does it. */
export interface Wanted {
  readonly retries: number;
}

/** A provisioner whose commands are measured. */
export interface Contender {
  readonly name: "tandem" | "ansible";
  /** Writes the project, as for hosts that it has never seen. */
  prepare(fleet: Fleet, wanted: Wanted): Promise<void>;
  /** Changes the definition, on this machine alone. */
  rewrite(fleet: Fleet, wanted: Wanted): void;
  commands(action: Action, hosts: readonly FleetHost[]): readonly Command[];
}
