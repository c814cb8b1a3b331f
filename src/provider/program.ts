import { isAbsolute } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { formatProblem, type Problem } from "../diagnostics/index.ts";
import { loadStack as load } from "../evaluate/index.ts";
import type { BinaryRef } from "../render/index.ts";
import { checkStack, pairPredictions, predictionText, type StackInput } from "../stack/index.ts";
import { binaryRef } from "./sdk/binary.ts";
import { warnOfCertificates } from "./sdk/certificates.ts";
import { LoadBalancerPair, type Transforms } from "./sdk/load-balancer-pair.ts";
import { programError } from "./sdk/program-error.ts";
import { SecretReader } from "./sdk/secrets.ts";
import { repairStackTraces } from "./sdk/stack-trace.ts";

export { FailoverDrill, type FailoverDrillArgs } from "./sdk/failover-drill.ts";
export { LoadBalancerPair, type LoadBalancerPairArgs, type Transforms } from "./sdk/load-balancer-pair.ts";
export { Node, type NodeArgs } from "./sdk/node.ts";
export { PairHearing, type PairHearingArgs } from "./sdk/pair-hearing.ts";
export { programError } from "./sdk/program-error.ts";

repairStackTraces();

export interface DeployOptions {
  /** Which tandemd to ship; default the configured or packaged one. */
  readonly binary?: BinaryRef;
  readonly transforms?: Transforms;
  /** Options of every pair, e.g. `protect`. */
  readonly resourceOptions?: pulumi.ComponentResourceOptions;
}

/** What a stack tells of its pairs: outputs of `pulumi up`. */
export interface PairOutputs {
  readonly vips: readonly string[];
  readonly releases: Readonly<Record<string, string>>;
}

/**
 * Declares every pair of a stack; called once by the Pulumi program.
 *
 * @throws RunError with every problem of the definition, before any resource is declared.
 * @example
 * export const pairs = deploy(defineStack({ name: "lab", pairs: [ … ] }));
 */
export function deploy(
  input: StackInput,
  options: DeployOptions = {},
): Readonly<Record<string, PairOutputs>> {
  try {
    return declare(input, options);
  } catch (error) {
    throw programError(error);
  }
}

/**
 * The definition in stacks/NAME.ts of the project, its export `stack`. The file is plain data and may be TypeScript
 * without any loader in `nodeargs`.
 *
 * @throws RunError when there is none, or it cannot be evaluated.
 * @example
 * export const outputs = deploy(await loadStack(getStack()));
 */
export async function loadStack(name: string): Promise<StackInput> {
  try {
    return (await load(`stacks/${name}.ts`, process.cwd())).input as StackInput;
  } catch (error) {
    throw programError(error);
  }
}

function declare(input: StackInput, options: DeployOptions): Readonly<Record<string, PairOutputs>> {
  const { stack, warnings } = checkStack(input);
  // Language hosts of before 2024 do not tell the project's folder.
  const told = pulumi.getRootDirectory();
  const root = isAbsolute(told) ? told : process.cwd();
  const config = new pulumi.Config("tandem");
  // The plugin looks in the same places, in the same order.
  const binary = options.binary ?? binaryRef(root, process.env.TANDEM_BINARY || config.get("binary"));
  // For one run, so no configuration: hosts that were provisioned before are taken over.
  const adopt = !["", "0", "false"].includes(process.env.TANDEM_ADOPT ?? "");
  const { transforms, resourceOptions } = options;
  const components: LoadBalancerPair[] = [];
  const pairs = stack.pairs.map((pair, index) => {
    const args = {
      pair,
      binary,
      adopt,
      secrets: new SecretReader(root),
      ...(transforms === undefined ? {} : { transforms }),
    };
    const component = new LoadBalancerPair(pair.name, args, resourceOptions);
    components.push(component);
    // Diagnostics of the component, at preview as at an update.
    warn(warnings, index, component);
    for (const p of pairPredictions(pair)) pulumi.log.info(predictionText(p), component);
    return [pair.name, { vips: component.vips, releases: component.releases }] as const;
  });
  warnOfCertificates(input, root, (found) => {
    for (const [index, component] of components.entries()) warn(found, index, component);
  });
  return Object.fromEntries(pairs);
}

function warn(warnings: readonly Problem[], index: number, component: LoadBalancerPair): void {
  for (const warning of warningsOf(warnings, index)) pulumi.log.warn(formatProblem(warning), component);
}

/** What concerns one pair; the first pair tells what concerns none. */
function warningsOf(warnings: readonly Problem[], index: number): readonly Problem[] {
  return warnings.filter(({ where }) => {
    const at = where?.kind === "path" && where.path[0] === "pairs" ? where.path[1] : 0;
    return at === index;
  });
}
