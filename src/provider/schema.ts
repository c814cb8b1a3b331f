import * as z from "zod";
import { DRILL_TOKEN } from "./drill/drill.ts";
import { drillInputs } from "./drill/inputs.ts";
import { HEARING_TOKEN, hearingInputs } from "./hearing/hearing.ts";
import { nodeInputs } from "./node/inputs.ts";
import { NODE_TOKEN } from "./node/node.ts";
import { settingsSchema } from "./settings.ts";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

const ANY: JsonObject = { $ref: "pulumi.json#/Any" };

/** Outputs that are not inputs, with their meaning. */
const NODE_FACTS: JsonObject = {
  address: { type: "string", description: "Address by which the host is reached." },
  port: { type: "integer", description: "Port of its SSH server." },
  hostname: { type: "string", description: "Name that the host gives itself." },
  kernel: { type: "string", description: "Kernel release." },
  architecture: { type: "string", description: "Machine architecture, as uname -m prints it." },
  roles: {
    type: "object",
    additionalProperties: { type: "string" },
    description: "VRRP state of each instance when the host was last read; never part of a diff.",
  },
  held: {
    type: "array",
    items: { type: "string" },
    description: "Virtual addresses that the host held when it was last read.",
  },
};

const HEARING_FACTS: JsonObject = {
  heard: {
    type: "object",
    additionalProperties: { type: "string" },
    description: "By instance and direction, how it is known: by an advert, or by the backup's report.",
  },
};

const DRILL_FACTS: JsonObject = {
  vip: { type: "string", description: "Virtual address that was asked." },
  results: { type: "object", additionalProperties: ANY, description: "What the client saw, by fault." },
};

/** The package schema in Pulumi's format, made from the same schemas that check the inputs. */
export function packageSchema(version: string): JsonObject {
  const types: JsonObject = {};
  const node = properties("Node", nodeInputs, types);
  const hearing = properties("PairHearing", hearingInputs, types);
  const drill = properties("FailoverDrill", drillInputs, types);
  const settings = properties("Settings", settingsSchema, types);
  return {
    name: "tandem",
    version,
    description:
      "Load-balancer pairs: two hosts that share virtual addresses and have proved that they fail over.",
    keywords: ["category/network", "kind/native", "vrrp", "haproxy", "load-balancer"],
    license: "Apache-2.0",
    config: { variables: settings.properties },
    provider: { inputProperties: settings.properties },
    types,
    resources: {
      [NODE_TOKEN]: resource("One load-balancer host: everything that is shipped there.", node, NODE_FACTS),
      [HEARING_TOKEN]: resource("Proof that both nodes of a pair hear each other.", hearing, HEARING_FACTS),
      [DRILL_TOKEN]: resource("Faults injected on a pair while a client asks.", drill, DRILL_FACTS),
    },
  };
}

interface Shape {
  readonly properties: JsonObject;
  readonly required: string[];
}

function resource(description: string, inputs: Shape, facts: JsonObject): JsonObject {
  return {
    description,
    inputProperties: inputs.properties,
    requiredInputs: inputs.required,
    properties: { ...inputs.properties, ...facts },
    required: [...inputs.required, ...Object.keys(facts)],
  };
}

function properties(name: string, schema: z.ZodType, types: JsonObject): Shape {
  const root = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonObject;
  const convert = new Converter(name, types, asObject(root.$defs));
  return convert.shape(name, root);
}

/** Turns JSON Schema into Pulumi's property specs; nested objects become named types. */
class Converter {
  readonly #prefix: string;
  readonly #types: JsonObject;
  readonly #definitions: JsonObject;

  constructor(prefix: string, types: JsonObject, definitions: JsonObject) {
    this.#prefix = prefix;
    this.#types = types;
    this.#definitions = definitions;
  }

  shape(name: string, schema: JsonObject): Shape {
    const converted: JsonObject = {};
    for (const [key, value] of Object.entries(asObject(schema.properties))) {
      const spec = this.#spec(`${name}${capital(key)}`, asObject(value));
      const description = asObject(value).description;
      converted[key] = typeof description === "string" ? { ...spec, description } : spec;
      if (key === "secrets") converted[key] = { ...spec, secret: true };
    }
    const required = Array.isArray(schema.required) ? schema.required.map(String) : [];
    return { properties: converted, required };
  }

  #spec(name: string, schema: JsonObject): JsonObject {
    if (typeof schema.$ref === "string") return this.#reference(schema.$ref);
    const variants = schema.anyOf ?? schema.oneOf;
    if (Array.isArray(variants)) {
      return { oneOf: variants.map((variant, i) => this.#spec(`${name}${i + 1}`, asObject(variant))) };
    }
    switch (schema.type) {
      case "string":
      case "boolean":
      case "number":
      case "integer":
        return { type: schema.type };
      case "array":
        return { type: "array", items: this.#spec(`${name}Item`, asObject(schema.items)) };
      case "object":
        return schema.properties === undefined
          ? {
              type: "object",
              additionalProperties: this.#spec(`${name}Value`, asObject(schema.additionalProperties)),
            }
          : this.#named(name, schema);
      default:
        return ANY;
    }
  }

  #named(name: string, schema: JsonObject): JsonObject {
    const token = `tandem:index:${name}`;
    if (this.#types[token] === undefined) {
      this.#types[token] = { type: "object" };
      const { properties: inner, required } = this.shape(name, schema);
      this.#types[token] = { type: "object", properties: inner, required };
    }
    return { type: "object", $ref: `#/types/${token}` };
  }

  #reference(ref: string): JsonObject {
    const key = ref.split("/").at(-1) ?? "";
    const target = this.#definitions[key];
    return target === undefined ? ANY : this.#spec(`${this.#prefix}${capital(key)}`, asObject(target));
  }
}

function asObject(value: Json | undefined): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
