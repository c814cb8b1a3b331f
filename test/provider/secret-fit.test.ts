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

test("what is no certificate or key is told before a host sees it, and never shown", () => {
  const chain = "-----BEGIN CERTIFICATE-----\nbXkgY2VydA==\n-----END CERTIFICATE-----\n";
  const secrets = { "certificate.site.chain": chain, "certificate.site.key": "/etc/ssl/private/site.key" };
  const told = failures(secrets);
  expect(told.map(({ path }) => path)).toEqual([["secrets", "certificate.site.key"]]);
  expect(told[0]?.reason).toMatch(/^there is no PRIVATE KEY in PEM form/);
  expect(JSON.stringify(told)).not.toContain("/etc/ssl");
  const key = "-----BEGIN EC PRIVATE KEY-----\nbXkga2V5\n-----END EC PRIVATE KEY-----\n";
  expect(failures({ ...secrets, "certificate.site.key": key })).toEqual([]);
});
