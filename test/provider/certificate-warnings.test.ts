import * as pulumi from "@pulumi/pulumi";
import { expect, test } from "vitest";
import type { Problem } from "../../src/diagnostics/index.ts";
import { warnOfCertificates } from "../../src/provider/sdk/certificates.ts";
import { made } from "../stack/made-certificates.ts";
import { pairWith, sampleStack } from "../stack/sample.ts";

const site = made("site", { hosts: ["www.example.com"], days: 20 });
const nameless = made("nameless");

const stack = (silences: readonly { code: string; reason: string }[] = []) => ({
  ...sampleStack(
    pairWith({
      certificates: [
        {
          kind: "secret",
          name: "site",
          certificate: { kind: "config", key: "chain" },
          privateKey: { kind: "config", key: "key" },
        },
      ],
    }),
  ),
  silences,
});

const warnings = (input: unknown, chain: string, key: string): Promise<readonly Problem[]> => {
  pulumi.runtime.setAllConfig({ "project:chain": chain, "project:key": key }, [
    "project:chain",
    "project:key",
  ]);
  return new Promise((resolve) => warnOfCertificates(input, "/", resolve));
};

pulumi.runtime.setMocks(
  { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
  "project",
  "dev",
  true,
);

test("a preview warns of certificates in the configuration, once they are decrypted", async () => {
  expect(await warnings(stack(), site.certificate, site.key)).toEqual([]);
  const told = await warnings(stack(), nameless.certificate, nameless.key);
  expect(told.map(({ code }) => code)).toEqual(["STACK_CERTIFICATE_NAMES"]);
});

test("what is silenced is not told, and errors are told by the provider", async () => {
  const silences = [{ code: "STACK_CERTIFICATE_NAMES", reason: "asked for by address" }];
  expect(await warnings(stack(silences), nameless.certificate, nameless.key)).toEqual([]);
  expect(await warnings(stack(), site.certificate, nameless.key)).toEqual([]);
});
