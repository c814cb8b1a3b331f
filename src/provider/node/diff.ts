import type { DiffArguments, PropertyChange } from "../resource.ts";
import type { Plain, PlainObject } from "../wire/values.ts";

/** Properties whose live values are compared with the wish, key by key. */
const LIVE_MAPS = ["files", "permissions", "sysctls"] as const;
/** Properties that no host can be asked for: the old inputs are compared. */
const DECLARED = ["pair", "paths", "requires"] as const;

/**
 * What must change on the host: live outputs against wished inputs, so that a hand-made change
 * and a change of the definition both show. The way to reach the host is no part of it, except
 * that another address is another host.
 */
export function diffNode({ outputs, oldInputs, inputs }: DiffArguments): PropertyChange[] {
  const imported = oldInputs.imported === true;
  const equal = imported ? sameButSecrets : undefined;
  const live = [
    ...diffHost(outputs, inputs),
    ...diffScalar(outputs, inputs, "releaseId"),
    ...LIVE_MAPS.flatMap((name) => diffMap(name, object(outputs[name]), object(inputs[name]), equal)),
    ...diffService(object(outputs.service), object(inputs.service)),
    ...diffBinary(object(outputs.binary), object(inputs.binary)),
  ];
  // An import knows only what the host can tell; the rest is taken from the program as it is.
  if (imported) return live;
  return [
    ...live,
    ...DECLARED.flatMap((name) => diffDeclared(name, oldInputs[name], inputs[name])),
    ...diffMap("secrets", object(oldInputs.secrets), object(inputs.secrets)).map(fromInputs),
  ];
}

function diffHost(outputs: PlainObject, inputs: PlainObject): PropertyChange[] {
  const connection = object(inputs.connection);
  const moved = (name: string): boolean => outputs[name] !== undefined && outputs[name] !== connection[name];
  return ["address", "port"]
    .filter(moved)
    .map((name) => ({ path: ["connection", name], kind: "update", replace: true, inputDiff: true }));
}

function diffScalar(outputs: PlainObject, inputs: PlainObject, name: string): PropertyChange[] {
  return outputs[name] === inputs[name] ? [] : [{ path: [name], kind: "update" }];
}

function diffMap(
  name: string,
  live: PlainObject,
  wished: PlainObject,
  equal: (a: Plain, b: Plain) => boolean = Object.is,
): PropertyChange[] {
  const keys = [...new Set([...Object.keys(live), ...Object.keys(wished)])].sort();
  return keys.flatMap((key): PropertyChange[] => {
    const path = [name, key];
    const [is, should] = [live[key], wished[key]];
    if (is === undefined) return [{ path, kind: "add" }];
    if (should === undefined) return [{ path, kind: "delete" }];
    return equal(is, should) ? [] : [{ path, kind: "update" }];
  });
}

/** Texts of which it is not known whether the secrets in them are the wished ones. */
function sameButSecrets(live: Plain, wished: Plain): boolean {
  const blank = (value: Plain): Plain =>
    typeof value === "string" ? value.replace(/@@secret:[^@\n]*@@/g, "@@secret@@") : value;
  return blank(live) === blank(wished);
}

function diffService(live: PlainObject, wished: PlainObject): PropertyChange[] {
  return ["enabled", "active"]
    .filter((name) => live[name] !== wished[name])
    .map((name) => ({ path: ["service", name], kind: "update" }));
}

/** Only the digest counts: the version is a name for people. */
function diffBinary(live: PlainObject, wished: PlainObject): PropertyChange[] {
  return live.sha256 === wished.sha256 ? [] : [{ path: ["binary", "sha256"], kind: "update" }];
}

function diffDeclared(name: string, old: Plain | undefined, wished: Plain | undefined): PropertyChange[] {
  if (same(old, wished)) return [];
  const kind = old === undefined ? "add" : wished === undefined ? "delete" : "update";
  return [{ path: [name], kind, inputDiff: true }];
}

function fromInputs(change: PropertyChange): PropertyChange {
  return { ...change, inputDiff: true };
}

/** A property as an object; what is unknown or absent has no keys. */
function object(value: Plain | undefined): PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as PlainObject) : {};
}

/** Deep equality that does not depend on the order of keys. */
export function same(a: Plain | undefined, b: Plain | undefined): boolean {
  return JSON.stringify(a, sorted) === JSON.stringify(b, sorted);
}

function sorted(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
