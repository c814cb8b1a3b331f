import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CHANGED_SECRET, maskSecrets } from "../../src/host/compare/secrets.ts";
import { fillSecrets } from "../../src/render/index.ts";

const WANTED = `vrrp_instance web {
    auth_pass @@secret:pass@@
}
listen stats
    stats auth admin:@@secret:stats@@
`;
const SECRETS = { pass: "ab1", stats: "long enough secret" };

describe("taking secrets out of a text from a host", () => {
  it("gives the rendered text back when nothing was changed, whatever the secrets are", () => {
    const value = fc.string({ minLength: 1, maxLength: 12 }).filter((s) => !s.includes("@@"));
    fc.assert(
      fc.property(value, value, (pass, stats) => {
        const secrets = { pass, stats };
        expect(maskSecrets(fillSecrets(WANTED, secrets), WANTED, secrets)).toBe(WANTED);
      }),
    );
  });

  it("keeps placeholders on lines that stayed when other lines changed", () => {
    const live = fillSecrets(WANTED, SECRETS).replace("listen stats", "listen other");
    expect(maskSecrets(live, WANTED, SECRETS)).toBe(WANTED.replace("listen stats", "listen other"));
  });

  it("shows that a secret was changed, and neither the old nor the new value", () => {
    const live = fillSecrets(WANTED, { pass: "hunter2", stats: "else" });
    const masked = maskSecrets(live, WANTED, SECRETS);
    expect(masked).toContain(`auth_pass ${CHANGED_SECRET}`);
    expect(masked).toContain(`stats auth admin:${CHANGED_SECRET}`);
    expect(masked).not.toMatch(/hunter2|else|ab1|long enough/);
  });

  it("shows that a certificate was exchanged on the host, and nothing of its key", () => {
    const pem = (what: string, body: string) => `-----BEGIN ${what}-----\n${body}\n-----END ${what}-----`;
    const wanted = "@@secret:certificate.site.chain@@\n@@secret:certificate.site.key@@\n";
    const secrets = {
      "certificate.site.chain": pem("CERTIFICATE", "bXkgY2VydA=="),
      "certificate.site.key": pem("PRIVATE KEY", "bXkga2V5"),
    };
    expect(maskSecrets(fillSecrets(wanted, secrets), wanted, secrets)).toBe(wanted);
    const other = { ...secrets, "certificate.site.key": pem("EC PRIVATE KEY", "b3RoZXI=") };
    const masked = maskSecrets(fillSecrets(wanted, other), wanted, secrets);
    expect(masked).toContain("@@secret:certificate.site.chain@@");
    expect(masked).toContain(CHANGED_SECRET);
    expect(masked).not.toMatch(/b3RoZXI|bXkga2V5/);
  });

  it("hides what only looks like a secret when the release knows nothing of the file", () => {
    const live =
      "  auth_pass s3cr3t\n  user joe insecure-password pw\n  stats auth a:b\n  server x 1.2.3.4\n";
    const masked = maskSecrets(live, undefined, {});
    expect(masked).not.toMatch(/s3cr3t|pw|a:b/);
    expect(masked).toContain("server x 1.2.3.4");
  });

  it("hides the secret of a line that somebody commented out", () => {
    const old = "    # auth_pass 0ldPw777\n#stats auth a:b\n! password s3cr3t\n# a remark on auth_pass\n";
    const masked = maskSecrets(`${fillSecrets(WANTED, SECRETS)}${old}`, WANTED, SECRETS);
    expect(masked).toBe(
      `${WANTED}    # auth_pass ${CHANGED_SECRET}\n#stats auth ${CHANGED_SECRET}\n! password ${CHANGED_SECRET}\n# a remark on auth_pass\n`,
    );
  });

  it("hides private keys and secrets of several lines", () => {
    const key = "-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB\n-----END PRIVATE KEY-----";
    expect(maskSecrets(`a\n${key}\nb`, "a\n@@secret:key@@\nb", { key })).toBe("a\n@@secret:key@@\nb");
    const other = maskSecrets(`a\n${key}\nb`, "a\n@@secret:key@@\nb", { key: "other" });
    expect(other).not.toContain("AAAA");
    expect(other).toContain("@@secret");
  });

  it("never lets a changed secret through, whatever it is", () => {
    const value = fc.stringMatching(/^[A-Za-z0-9!$%&/()=?-]{4,20}$/);
    fc.assert(
      fc.property(value, (pass) => {
        const masked = maskSecrets(fillSecrets(WANTED, { ...SECRETS, pass }), WANTED, SECRETS);
        expect(masked.split("\n")[1]).toBe(
          pass === SECRETS.pass ? "    auth_pass @@secret:pass@@" : `    auth_pass ${CHANGED_SECRET}`,
        );
      }),
    );
  });
});
