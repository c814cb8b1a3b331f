import { TandemError } from "../../diagnostics/index.ts";
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

/** What was last applied to a node, from its resource in a state. Throws PROVIDER_STATE_UNREADABLE. */
export function storedInputs(urn: string, inputs: unknown): NodeInputs {
  const fields = unwrapState(inputs ?? {}) as Readonly<Record<string, unknown>>;
  // The engine's own marks are no inputs.
  const parsed = nodeInputs.safeParse(
    Object.fromEntries(Object.entries(fields).filter(([key]) => !key.startsWith("__"))),
  );
  if (parsed.success) return parsed.data;
  // Values may be secrets; that something is wrong with a property is none.
  const wrong = [
    ...new Set(parsed.error.issues.map(({ path }) => path.slice(0, 2).join(".") || "all of it")),
  ];
  throw new TandemError([
    {
      code: "PROVIDER_STATE_UNREADABLE",
      severity: "error",
      message: `what the state has of ${urn.split("::").at(-1)} cannot be understood: ${wrong.join(", ")}`,
      why: "what was deployed there is not known, so nothing can be compared with it",
      hint: "use the version of Tandem that deployed it, or deploy it with this one (`pulumi up`)",
    },
  ]);
}
