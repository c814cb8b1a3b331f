import { type NodeInputs, nodeInputs } from "./inputs.ts";

/** Key of the envelope that a stack's state has around secrets. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Values of a Pulumi state in plain text, without the envelopes of secrets: never printed, never kept. */
export function unwrapState(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapState);
  if (value === null || typeof value !== "object") return value;
  const fields = value as Readonly<Record<string, unknown>>;
  if (SIGNATURE in fields && typeof fields.plaintext === "string")
    return unwrapState(JSON.parse(fields.plaintext));
  return Object.fromEntries(Object.entries(fields).map(([key, field]) => [key, unwrapState(field)]));
}

/** What was last applied to a node, from its resource in a state. */
export function storedInputs(inputs: unknown): NodeInputs {
  const fields = unwrapState(inputs ?? {}) as Readonly<Record<string, unknown>>;
  // The engine's own marks are no inputs.
  return nodeInputs.parse(
    Object.fromEntries(Object.entries(fields).filter(([key]) => !key.startsWith("__"))),
  );
}
