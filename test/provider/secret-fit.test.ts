import { expect, test } from "vitest";
import { type NodeInputs, validateNode } from "../../src/provider/node/inputs.ts";
import { UNKNOWN } from "../../src/provider/wire/values.ts";
import { made } from "../stack/made-certificates.ts";

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
  const site = made("site", { hosts: ["www.example.com"] });
  const secrets = {
    "certificate.site.chain": site.certificate,
    "certificate.site.key": "/etc/ssl/private/site.key",
  };
  const told = failures(secrets);
  expect(told.map(({ path }) => path)).toEqual([["secrets", "certificate.site.key"]]);
  expect(told[0]?.reason).toMatch(/^there is no PRIVATE KEY in PEM form/);
  expect(JSON.stringify(told)).not.toContain("/etc/ssl");
  expect(failures({ ...secrets, "certificate.site.key": site.key })).toEqual([]);
  expect(failures({ ...secrets, "certificate.site.key": UNKNOWN })).toEqual([]);
});

test("a key of another certificate is told in the preview, and never shown", () => {
  const [site, other] = [made("site", { hosts: ["www.example.com"] }), made("other")];
  const told = failures({ "certificate.site.chain": site.certificate, "certificate.site.key": other.key });
  expect(told.map(({ path }) => path)).toEqual([["secrets", "certificate.site.key"]]);
  expect(told[0]?.reason).toMatch(/^the private key belongs to none of the certificates; /);
  expect(JSON.stringify(told)).not.toContain(other.key.split("\n")[1]);
});
