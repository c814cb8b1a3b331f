import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../host/host.ts";
import type { NodeInputs } from "../node/inputs.ts";
import type { NodeOutputs } from "../node/outputs.ts";
import { packageVersion } from "../package-root.ts";

/** A value whose every leaf may still be an Output. */
export type Inputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };

export interface NodeArgs extends Inputs<Omit<NodeInputs, "connection" | "secrets" | "imported">> {
  readonly connection: pulumi.Input<Connection>;
  readonly secrets: pulumi.Input<Readonly<Record<string, string>>>;
}

/** One load-balancer host with everything that is shipped there. */
export class Node extends pulumi.CustomResource {
  declare readonly address: pulumi.Output<string>;
  declare readonly releaseId: pulumi.Output<string>;
  declare readonly files: pulumi.Output<NodeOutputs["files"]>;
  declare readonly sysctls: pulumi.Output<NodeOutputs["sysctls"]>;
  declare readonly service: pulumi.Output<NodeOutputs["service"]>;
  declare readonly binary: pulumi.Output<NodeOutputs["binary"]>;
  declare readonly hostname: pulumi.Output<string>;
  declare readonly kernel: pulumi.Output<string>;
  declare readonly roles: pulumi.Output<NodeOutputs["roles"]>;
  declare readonly held: pulumi.Output<NodeOutputs["held"]>;

  constructor(name: string, args: NodeArgs, options: pulumi.CustomResourceOptions = {}) {
    // Outputs that are no inputs are named here, so that they exist from the start.
    const facts = {
      address: undefined,
      hostname: undefined,
      kernel: undefined,
      roles: undefined,
      held: undefined,
    };
    super(
      "tandem:index:Node",
      name,
      { ...facts, ...args },
      pulumi.mergeOptions({ version: packageVersion() }, options),
    );
  }
}
