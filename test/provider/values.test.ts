import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decode, encode, formatPropertyPath, touches, UNKNOWN } from "../../src/provider/wire/values.ts";

const SECRET = "1b47061264138c4ac30d75fd1eb44270";

describe("property bags on the wire", () => {
  it("come back as they were, whatever is in them", () => {
    const key = fc.string({ minLength: 1 }).filter((text) => text !== "__proto__");
    const leaf = fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      // An integer that a double holds; Struct knows no other number.
      fc.integer(),
    );
    const bag = fc.dictionary(key, fc.oneof(leaf, fc.array(leaf), fc.dictionary(key, leaf)));
    fc.assert(
      fc.property(bag, (value) => {
        expect(decode(encode(value)).value).toEqual({ ...value });
      }),
    );
  });

  it("wrap secrets by pattern and unwrap them with their paths", () => {
    const value = { auth: [{ password: "a" }, { password: "b" }], plain: "c" };
    const struct = encode(value, [["auth", "*", "password"]]);
    expect(JSON.stringify(struct.toJavaScript()).split(SECRET)).toHaveLength(3);
    const decoded = decode(struct);
    expect(decoded.value).toEqual(value);
    expect(decoded.secrets).toEqual([
      ["auth", 0, "password"],
      ["auth", 1, "password"],
    ]);
  });

  it("do not wrap a secret inside a secret", () => {
    const struct = encode({ secrets: { a: "x" } }, [["secrets"], ["secrets", "a"]]);
    expect(JSON.stringify(struct.toJavaScript()).split(SECRET)).toHaveLength(2);
  });

  it("drop what is undefined, which the format cannot hold", () => {
    expect(decode(encode({ a: undefined, b: { c: undefined, d: 1 } })).value).toEqual({ b: { d: 1 } });
  });

  it("tell where values are not known yet", () => {
    const decoded = decode(encode({ a: { b: UNKNOWN }, c: 1 }));
    expect(decoded.unknowns).toEqual([["a", "b"]]);
    expect(touches(decoded.unknowns, ["a"])).toBe(true);
    expect(touches(decoded.unknowns, ["a", "b", "x"])).toBe(true);
    expect(touches(decoded.unknowns, ["c"])).toBe(false);
  });
});

describe("formatPropertyPath", () => {
  it("writes paths as the engine reads them", () => {
    expect(formatPropertyPath(["files", "haproxy.cfg"])).toBe('files["haproxy.cfg"]');
    expect(formatPropertyPath(["nodes", 0, "name"])).toBe("nodes[0].name");
    expect(formatPropertyPath(["sysctls", 'a"b'])).toBe('sysctls["a\\"b"]');
  });
});
