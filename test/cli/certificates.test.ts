import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Made, made } from "../stack/made-certificates.ts";
import { pairWith, sampleStack } from "../stack/sample.ts";
import { runCli } from "./run-cli.ts";

let folder: string;
let site: Made;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tandem-cli-certificates-"));
  site = made("site", { hosts: ["www.example.com"], days: 365 });
  writeFileSync(join(folder, "site.pem"), site.certificate);
});

afterAll(() => rmSync(folder, { recursive: true }));

/** The certificate from a file, its key from a variable. */
const check = (env: Readonly<Record<string, string>>, silences: readonly object[] = []) => {
  const stack = sampleStack(
    pairWith({
      certificates: [
        {
          kind: "secret",
          name: "site",
          certificate: { kind: "file", path: "site.pem" },
          privateKey: { kind: "env", name: "SITE_KEY" },
        },
      ],
      frontends: [
        {
          name: "www",
          mode: "http",
          binds: [{ address: "10.0.0.100", port: 443, tls: { certificates: ["site"] } }],
          defaultBackend: "web",
          directives: ["use_backend web if { hdr(host) -i api.example.com }"],
        },
      ],
    }),
  );
  writeFileSync(join(folder, "web.ts"), `export const stack = ${JSON.stringify({ ...stack, silences })};\n`);
  return runCli(["check", "web.ts", "--json"], { cwd: folder, env });
};

const told = (stdout: string): readonly string[] =>
  (JSON.parse(stdout).problems as { code: string; silenced?: string }[])
    .filter(({ code }) => code.startsWith("STACK_CERTIFICATE"))
    .map(({ code, silenced }) => (silenced === undefined ? code : `${code}, silenced: ${silenced}`));

test("tandem check judges certificates that are files and variables of this machine", async () => {
  const good = await check({ SITE_KEY: site.key });
  expect([good.code, told(good.stdout)]).toEqual([0, ["STACK_CERTIFICATE_NAMES"]]);
  const wrong = await check({ SITE_KEY: made("other").key });
  expect([wrong.code, told(wrong.stdout)]).toEqual([3, ["STACK_CERTIFICATE_KEY_DIFFERS"]]);
  expect(wrong.stdout).toContain('"privateKey"');
});

test("a secret that is not here is no mistake of the definition, and what is known is judged", async () => {
  const { code, stdout } = await check({});
  expect([code, told(stdout)]).toEqual([0, ["STACK_CERTIFICATE_NAMES"]]);
});

test("its warnings are silenced as all others are", async () => {
  const reason = "api.example.com is asked for in clear text alone";
  const { stdout } = await check({ SITE_KEY: site.key }, [{ code: "STACK_CERTIFICATE_NAMES", reason }]);
  expect(told(stdout)).toEqual([`STACK_CERTIFICATE_NAMES, silenced: ${reason}`]);
});
