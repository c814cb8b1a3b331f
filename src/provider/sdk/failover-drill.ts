import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../host/host.ts";
import type { DrillInputs } from "../drill/inputs.ts";
import type { DrillSummary } from "../drill/summary.ts";
import { packageVersion } from "../package-root.ts";
import type { Inputs } from "./node.ts";

export interface FailoverDrillArgs extends Inputs<Omit<DrillInputs, "nodes">> {
  readonly nodes: pulumi.Input<pulumi.Input<Connection>[]>;
}

/** Proof that a pair fails over: faults injected while a client asks. */
export class FailoverDrill extends pulumi.CustomResource {
  declare readonly vip: pulumi.Output<string>;
  declare readonly results: pulumi.Output<Readonly<Record<string, DrillSummary>>>;

  constructor(name: string, args: FailoverDrillArgs, options: pulumi.CustomResourceOptions = {}) {
    const facts = { vip: undefined, results: undefined };
    super(
      "tandem:index:FailoverDrill",
      name,
      { ...facts, ...args },
      pulumi.mergeOptions({ version: packageVersion() }, options),
    );
  }
}
