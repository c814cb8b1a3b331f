import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quote } from "../../src/host/quote.ts";

/** Any text without NUL, with many of the characters that mean something to a shell. */
const word = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(..."'\"\\$`!*?[]{}()<>|&;#~=% \t\n\r^-") },
    {
      weight: 2,
      arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }).filter((c) => !c.includes("\0")),
    },
  ),
  maxLength: 30,
});

function shellWords(line: string): string[] {
  return execFileSync("sh", ["-c", line]).toString().split("\0").slice(0, -1);
}

describe("quote", () => {
  it("gives any program exactly the arguments it was given", () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), (words) => {
        expect(shellWords(quote(["printf", "%s\\0", ...words]))).toEqual(words);
      }),
      { numRuns: 300 },
    );
  });

  it("survives being quoted again, as sudo and jump hosts do", () => {
    fc.assert(
      fc.property(word, (text) => {
        expect(shellWords(quote(["sh", "-c", quote(["printf", "%s\\0", text])]))).toEqual([text]);
      }),
      { numRuns: 100 },
    );
  });

  it("never takes a program name for an assignment", () => {
    expect(() => execFileSync("sh", ["-c", quote(["A=B"])], { stdio: "pipe" })).toThrow(/A=B/);
  });

  it("refuses what no argv can carry", () => {
    expect(() => quote(["a\0b"])).toThrow(RangeError);
    expect(() => quote([])).toThrow(RangeError);
  });
});
