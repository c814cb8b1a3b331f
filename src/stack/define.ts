import type { PairInput, StackInput } from "./schema/stack.ts";

type FrontendInput = NonNullable<PairInput["frontends"]>[number];
type InstanceInput = PairInput["vrrpInstances"][number];
type Named<T, N extends string> = T extends unknown ? Omit<T, "name"> & { name: N } : never;
type MemberInput = NonNullable<InstanceInput["members"]>[string];

/** A frontend whose references are names of the pair. */
type CheckedFrontend<Backend extends string> = FrontendInput extends infer F
  ? F extends FrontendInput
    ? Omit<F, "defaultBackend"> & { defaultBackend?: NoInfer<Backend> | undefined }
    : never
  : never;

type CheckedInstance<Node extends string, Script extends string, Instance extends string> = Omit<
  InstanceInput,
  "name" | "master" | "members" | "trackScripts"
> & {
  name: Instance;
  master: NoInfer<Node>;
  members?: { [N in NoInfer<Node>]?: MemberInput | undefined } | undefined;
  trackScripts?: readonly NoInfer<Script>[] | undefined;
};

type CheckedReferences =
  | "nodes"
  | "trackScripts"
  | "vrrpInstances"
  | "syncGroups"
  | "frontends"
  | "backends"
  | "sections";

/** A pair whose references (master, members, trackScripts, instances, defaultBackend) name things that exist. */
export type CheckedPair<
  Node extends string,
  Script extends string,
  Instance extends string,
  Backend extends string,
> = Omit<PairInput, CheckedReferences> & {
  nodes: readonly [Named<PairInput["nodes"][0], Node>, Named<PairInput["nodes"][1], Node>];
  trackScripts?: readonly Named<NonNullable<PairInput["trackScripts"]>[number], Script>[] | undefined;
  vrrpInstances: readonly CheckedInstance<Node, Script, Instance>[];
  syncGroups?:
    | readonly (Omit<NonNullable<PairInput["syncGroups"]>[number], "instances"> & {
        instances: readonly NoInfer<Instance>[];
      })[]
    | undefined;
  frontends?: readonly CheckedFrontend<Backend>[] | undefined;
  backends?: readonly Named<NonNullable<PairInput["backends"]>[number], Backend>[] | undefined;
  sections?: readonly Named<NonNullable<PairInput["sections"]>[number], Backend>[] | undefined;
};

/** A pair by itself, to be put into `defineStack`; its references are checked against its own names. */
export function definePair<
  const Node extends string,
  const Script extends string = never,
  const Instance extends string = never,
  const Backend extends string = never,
>(pair: CheckedPair<Node, Script, Instance, Backend>): PairInput {
  return pair as unknown as PairInput;
}

/**
 * A stack as plain data; `parseStack` checks it and fills in the defaults. References are checked
 * by the type system: a `master`, `defaultBackend` or `trackScripts` entry that names nothing in
 * the stack does not compile (in a stack of several pairs, `definePair` narrows that to the pair).
 *
 * @example
 * export const stack = defineStack({ name: "web", pairs: [{ name: "edge",
 *   nodes: [{ name: "lb-a", address: "10.0.0.11", interface: "eth0", interfaceAddress: "10.0.0.11/24" },
 *           { name: "lb-b", address: "10.0.0.12", interface: "eth0", interfaceAddress: "10.0.0.12/24" }],
 *   vrrpInstances: [{ name: "VI_1", virtualRouterId: 51, master: "lb-a", vips: [{ address: "10.0.0.100/24" }] }],
 * }] });
 */
export function defineStack<
  const Node extends string,
  const Script extends string = never,
  const Instance extends string = never,
  const Backend extends string = never,
>(
  stack: Omit<StackInput, "pairs"> & { pairs: readonly CheckedPair<Node, Script, Instance, Backend>[] },
): StackInput {
  return stack as unknown as StackInput;
}
