import { expect, test } from "vitest";
import { type NodeInputs, validateNode } from "../../src/provider/node/inputs.ts";
import { UNKNOWN } from "../../src/provider/wire/values.ts";

const failures = (secrets: Record<string, string>) =>
  validateNode({ files: {}, paths: {}, permissions: {}, secrets } as unknown as NodeInputs);

test("a password that comes from a reference is checked in the preview, and never told", () => {
  const told = failures({ "vrrp.VI_1.password": "correct horse" });
  expect(told.map(({ path }) => path)).toEqual([
    ["secrets", "vrrp.VI_1.password"],
    ["secrets", "vrrp.VI_1.password"],
  ]);
  expect(told[0]?.reason).toMatch(/^the password has 13 characters; the packet holds 8/);
  expect(JSON.stringify(told)).not.toContain("correct horse");
});

test("a value that is not known yet is not judged", () => {
  expect(failures({ "vrrp.VI_1.password": UNKNOWN })).toEqual([]);
});
