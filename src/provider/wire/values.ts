import type { JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";

/** Plain data as it travels between the engine and a provider. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };
export type PlainObject = { readonly [key: string]: Plain };

/** One step per object key or array index. */
export type PropertyPath = readonly (string | number)[];

/** Magic values of the engine's wire format. */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT_SIGNATURE = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
/** Stands for a value that only a later step of the deployment will know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A property bag without its wrappings, and where they were. */
export interface Decoded {
  readonly value: PlainObject;
  /** Paths whose values were secrets. */
  readonly secrets: readonly PropertyPath[];
  /** Paths whose values are not known yet; `value` holds `UNKNOWN` there. */
  readonly unknowns: readonly PropertyPath[];
}

interface Found {
  readonly secrets: PropertyPath[];
  readonly unknowns: PropertyPath[];
}

/** Unwraps secrets and outputs, remembering where they were. */
export function decode(struct: structPb.Struct | undefined): Decoded {
  const found: Found = { secrets: [], unknowns: [] };
  const raw = struct === undefined ? {} : struct.toJavaScript();
  const value: Record<string, Plain> = {};
  for (const [key, inner] of Object.entries(raw)) value[key] = unwrap(inner, [key], found);
  return { value, ...found };
}

function unwrap(raw: JavaScriptValue, path: PropertyPath, found: Found): Plain {
  if (raw === UNKNOWN) {
    found.unknowns.push(path);
    return UNKNOWN;
  }
  if (raw === null || typeof raw !== "object") return raw;
  if (Array.isArray(raw)) return raw.map((item, i) => unwrap(item, [...path, i], found));
  const object = raw as { [key: string]: JavaScriptValue };
  const signature = object[SIGNATURE_KEY];
  if (signature === SECRET_SIGNATURE) {
    found.secrets.push(path);
    return unwrap(object.value ?? null, path, found);
  }
  if (signature === OUTPUT_SIGNATURE) {
    if (object.secret === true) found.secrets.push(path);
    return unwrap(object.value ?? UNKNOWN, path, found);
  }
  const result: Record<string, Plain> = {};
  for (const [key, inner] of Object.entries(object)) result[key] = unwrap(inner, [...path, key], found);
  return result;
}

/** Wraps the values at `secrets` (a `*` matches any key or index) and drops what is undefined. */
export function encode(value: object, secrets: readonly PropertyPath[] = []): structPb.Struct {
  const wrapped = wrap(value, [], secrets);
  return structPb.Struct.fromJavaScript(wrapped as { [key: string]: JavaScriptValue });
}

function wrap(value: unknown, path: PropertyPath, secrets: readonly PropertyPath[]): JavaScriptValue {
  const secret = path.length > 0 && secrets.some((pattern) => matches(pattern, path));
  if (!secret) return wrapInside(value, path, secrets);
  // Everything inside is covered: a secret in a secret would only be wrapped twice.
  return { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: wrapInside(value, path, []) };
}

function wrapInside(value: unknown, path: PropertyPath, secrets: readonly PropertyPath[]): JavaScriptValue {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean" || typeof value === "number" || typeof value === "string") return value;
  if (Array.isArray(value)) return value.map((item, i) => wrap(item, [...path, i], secrets));
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} cannot be a property`);
  const result: { [key: string]: JavaScriptValue } = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) result[key] = wrap(item, [...path, key], secrets);
  }
  return result;
}

function matches(pattern: PropertyPath, path: PropertyPath): boolean {
  return pattern.length === path.length && pattern.every((part, i) => part === "*" || part === path[i]);
}

/** Whether `path` is at or below one of `roots`, or above one of them. */
export function touches(roots: readonly PropertyPath[], path: PropertyPath): boolean {
  return roots.some((root) => {
    const length = Math.min(root.length, path.length);
    return root.slice(0, length).every((part, i) => String(part) === String(path[i]));
  });
}

/** `files["haproxy.cfg"]`, `nodes[0].name`: a path in the engine's own notation. */
export function formatPropertyPath(path: PropertyPath): string {
  return path
    .map((part, i) => {
      if (typeof part === "number") return `[${part}]`;
      if (/^[A-Za-z_$][\w$]*$/.test(part)) return i === 0 ? part : `.${part}`;
      return `[${JSON.stringify(part)}]`;
    })
    .join("");
}
