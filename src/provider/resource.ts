import type { z } from "zod";
import type { HostPool } from "./hosts.ts";
import type { Settings } from "./settings.ts";
import type { PlainObject, PropertyPath } from "./wire/values.ts";

/** One property that differs between what is and what is wished. */
export interface PropertyChange {
  readonly path: PropertyPath;
  readonly kind: "add" | "delete" | "update";
  /** The change needs a new resource: the old one is deleted first. */
  readonly replace?: boolean;
  /** Compared with the old inputs instead of the live values. */
  readonly inputDiff?: boolean;
}

/** What a resource is after an operation; reasons say why it is not well. */
export interface ResourceState {
  readonly id: string;
  readonly outputs: object;
  readonly reasons: readonly string[];
}

/** What `read` found; `inputs` are derived from the live values when none were given. */
export interface ReadState extends ResourceState {
  readonly inputs?: object;
}

export interface DiffArguments {
  /** Live values where they were read, else those of the last operation. */
  readonly outputs: PlainObject;
  readonly oldInputs: PlainObject;
  readonly inputs: PlainObject;
}

/** What an operation may use. */
export interface Operation {
  readonly urn: string;
  readonly hosts: HostPool;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  readonly note: (text: string) => void;
}

/**
 * One kind of resource: pure planning (`validate`, `diff`), and the operations that touch hosts.
 * The server does the wire format, secrets, previews and errors for all of them.
 */
export interface ResourceType<Inputs> {
  readonly token: string;
  readonly inputs: z.ZodType<Inputs>;
  /** Paths that are always stored as secrets, in inputs and outputs alike; `*` is any key. */
  readonly secrets: readonly PropertyPath[];
  /** Checks beyond the schema, on complete inputs. */
  readonly validate: (inputs: Inputs) => readonly { readonly path: PropertyPath; readonly reason: string }[];
  readonly diff: (args: DiffArguments) => readonly PropertyChange[];
  readonly create: (inputs: Inputs, operation: Operation) => Promise<ResourceState>;
  readonly read: (
    id: string,
    inputs: Inputs | undefined,
    outputs: PlainObject,
    operation: Operation,
  ) => Promise<ReadState>;
  readonly update: (
    id: string,
    inputs: Inputs,
    outputs: PlainObject,
    operation: Operation,
  ) => Promise<ResourceState>;
  readonly remove: (id: string, inputs: Inputs, operation: Operation) => Promise<void>;
}

/** Hides the type of the inputs, so that different kinds fit one table. */
export interface AnyResourceType
  extends Omit<ResourceType<unknown>, "create" | "update" | "remove" | "read" | "validate"> {
  readonly validate: (inputs: unknown) => ReturnType<ResourceType<unknown>["validate"]>;
  readonly create: (inputs: unknown, operation: Operation) => Promise<ResourceState>;
  readonly read: (
    id: string,
    inputs: unknown,
    outputs: PlainObject,
    operation: Operation,
  ) => Promise<ReadState>;
  readonly update: (
    id: string,
    inputs: unknown,
    outputs: PlainObject,
    operation: Operation,
  ) => Promise<ResourceState>;
  readonly remove: (id: string, inputs: unknown, operation: Operation) => Promise<void>;
}

/** Makes an entry of the table: inputs are parsed by their own schema before every use. */
export function defineResource<Inputs>(type: ResourceType<Inputs>): AnyResourceType {
  const parse = (inputs: unknown): Inputs => type.inputs.parse(inputs);
  return {
    token: type.token,
    inputs: type.inputs,
    secrets: type.secrets,
    diff: type.diff,
    validate: (inputs) => type.validate(parse(inputs)),
    create: (inputs, operation) => type.create(parse(inputs), operation),
    read: (id, inputs, outputs, operation) =>
      type.read(id, inputs === undefined ? undefined : parse(inputs), outputs, operation),
    update: (id, inputs, outputs, operation) => type.update(id, parse(inputs), outputs, operation),
    remove: (id, inputs, operation) => type.remove(id, parse(inputs), operation),
  };
}
