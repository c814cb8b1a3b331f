import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../host/host.ts";
import { render } from "../../render/index.ts";
import type { BinaryRef, Release } from "../../render/release.ts";
import type { ResolvedNode, ResolvedPair } from "../../stack/index.ts";
import { nodeId } from "../node/connection.ts";
import { fromRelease } from "../node/inputs.ts";
import { drillPlans } from "./drill-plan.ts";
import { FailoverDrill, type FailoverDrillArgs } from "./failover-drill.ts";
import { Node, type NodeArgs } from "./node.ts";
import { hearingDeadline, PairHearing } from "./pair-hearing.ts";
import type { SecretReader } from "./secrets.ts";

/** Last chance to change what a child of the component is made of. */
export interface Transforms {
  readonly node?: (name: string, args: NodeArgs, options: pulumi.CustomResourceOptions) => Made<NodeArgs>;
  readonly drill?: (
    name: string,
    args: FailoverDrillArgs,
    options: pulumi.CustomResourceOptions,
  ) => Made<FailoverDrillArgs>;
}

export interface Made<Args> {
  readonly args: Args;
  readonly options: pulumi.CustomResourceOptions;
}

export interface LoadBalancerPairArgs {
  readonly pair: ResolvedPair;
  readonly binary: BinaryRef;
  readonly secrets: SecretReader;
  readonly transforms?: Transforms;
  /** Take over hosts that were provisioned before. */
  readonly adopt?: boolean;
}

/**
 * A pair in the order that keeps it serving: the backup gets the release first, the master only
 * when the backup is well, then both have to hear each other, the drill last. When a step fails,
 * the later ones are not touched.
 */
export class LoadBalancerPair extends pulumi.ComponentResource {
  readonly vips: readonly string[];
  /** Release id by node name. */
  readonly releases: Readonly<Record<string, string>>;
  readonly nodes: readonly Node[];
  readonly hearing: PairHearing;
  readonly drills: readonly FailoverDrill[];

  constructor(name: string, args: LoadBalancerPairArgs, options: pulumi.ComponentResourceOptions = {}) {
    super("tandem:index:LoadBalancerPair", name, {}, options);
    const { pair } = args;
    const shipments = backupFirst(pair).map((node) => this.#shipment(args, node));
    args.secrets.finish();
    const nodes: Node[] = [];
    for (const shipment of shipments) nodes.push(this.#node(args, shipment, nodes));
    this.nodes = nodes;
    this.hearing = this.#hearing(pair, shipments, nodes);
    this.drills = this.#drills(args, shipments, [...nodes, this.hearing]);
    this.vips = pair.instances.flatMap((instance) => instance.vips.map((vip) => vip.address.text));
    this.releases = Object.fromEntries(shipments.map(({ node, release }) => [node.name, release.id]));
    this.registerOutputs({ vips: this.vips, releases: this.releases });
  }

  #shipment(args: LoadBalancerPairArgs, node: ResolvedNode): Shipment {
    const release = render(args.pair, node.name, args.binary);
    const refs = release.secretNames.map((secret) => [secret, args.pair.secrets[secret]] as const);
    const secrets = refs.flatMap(([secret, ref]) =>
      ref === undefined
        ? []
        : [[secret, args.secrets.read(ref, `secret ${secret} of pair ${args.pair.name}`)] as const],
    );
    return {
      node,
      release,
      connection: args.secrets.connection(node.connection),
      secrets: pulumi.secret(pulumi.all(Object.fromEntries(secrets))),
    };
  }

  #node(args: LoadBalancerPairArgs, shipment: Shipment, earlier: readonly Node[]): Node {
    const { node, release, connection, secrets } = shipment;
    const inputs: NodeArgs = { ...fromRelease(release), connection, secrets };
    const options: pulumi.CustomResourceOptions = {
      parent: this,
      dependsOn: [...earlier],
      ...(args.adopt === true ? { import: nodeId(node.connection) } : {}),
    };
    const name = `${args.pair.name}-${node.name}`;
    const made = args.transforms?.node?.(name, inputs, options) ?? { args: inputs, options };
    return new Node(name, made.args, made.options);
  }

  #hearing(pair: ResolvedPair, shipments: readonly Shipment[], nodes: readonly Node[]): PairHearing {
    const args = {
      pair: pair.name,
      nodes: shipments.map(({ connection }) => connection),
      deadlineMs: hearingDeadline(pair),
      releases: Object.fromEntries(shipments.map(({ node, release }) => [node.name, release.id])),
    };
    return new PairHearing(`${pair.name}-hearing`, args, { parent: this, dependsOn: [...nodes] });
  }

  #drills(
    args: LoadBalancerPairArgs,
    shipments: readonly Shipment[],
    earlier: readonly pulumi.CustomResource[],
  ): FailoverDrill[] {
    const drills: FailoverDrill[] = [];
    for (const plan of drillPlans(args.pair)) {
      const from = shipments.find(({ node }) => node.name === plan.from);
      const inputs: FailoverDrillArgs = {
        pair: args.pair.name,
        nodes: shipments.map(({ connection }) => connection),
        instance: plan.instance,
        preempts: plan.preempts,
        preemptDelayMs: plan.preemptDelayMs,
        probe: from === undefined ? plan.probe : pulumi.output({ ...plan.probe, from: from.connection }),
        faults: [...plan.faults],
        maxOutageMs: plan.maxOutageMs,
        when: plan.when,
        releases: Object.fromEntries(shipments.map(({ node, release }) => [node.name, release.id])),
      };
      // One drill at a time: two faults at once would measure neither.
      const options: pulumi.CustomResourceOptions = { parent: this, dependsOn: [...earlier, ...drills] };
      const made = args.transforms?.drill?.(plan.name, inputs, options) ?? { args: inputs, options };
      drills.push(new FailoverDrill(plan.name, made.args, made.options));
    }
    return drills;
  }
}

interface Shipment {
  readonly node: ResolvedNode;
  readonly release: Release;
  readonly connection: pulumi.Output<Connection>;
  readonly secrets: pulumi.Output<Readonly<Record<string, string>>>;
}

/** The nodes, those that are master of fewer instances first. */
export function backupFirst(pair: ResolvedPair): readonly ResolvedNode[] {
  const masterships = (node: ResolvedNode): number =>
    pair.instances.filter((instance) => instance.master === node.name).length;
  return [...pair.nodes].sort((a, b) => masterships(a) - masterships(b));
}
