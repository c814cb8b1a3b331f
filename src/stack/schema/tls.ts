import * as z from "zod";
import { duration } from "./duration.ts";
import { secretRef } from "./secret.ts";
import { guarded, hostName, name } from "./text.ts";

/** A file on the hosts; the same on both. */
export const hostPath = (): z.ZodType<string, string> =>
  guarded(/^\/[A-Za-z0-9_./+-]{1,254}$/, "a path on the hosts", {
    code: "STACK_TEXT_UNSAFE",
    why: "it stands as a word in haproxy.cfg, and is looked up on both hosts",
    hint: 'write an absolute path, e.g. "/etc/ssl/private/site.pem"',
  });

export const certificate = z
  .discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("hostFile").describe("a file that something else keeps on both hosts"),
      name: name().describe("name, unique in the pair"),
      path: hostPath().describe(
        "PEM file on both hosts with the certificate, its chain and its private key, readable by root; a renewed file is taken over without a deployment",
      ),
    }),
    z.strictObject({
      kind: z.literal("secret").describe("texts that a deployment brings to the hosts"),
      name: name().describe("name, unique in the pair"),
      certificate: secretRef.describe("certificate and chain in PEM form"),
      privateKey: secretRef.describe("private key in PEM form"),
      warnBefore: duration("1d", "3650d")
        .default("30d")
        .describe(
          "a certificate that ends within this time is warned of; where a third of its life is shorter, within that",
        ),
    }),
  ])
  .meta({ id: "Certificate" });

const version = (): z.ZodEnum<{ "1.2": "1.2"; "1.3": "1.3" }> => z.enum(["1.2", "1.3"]);

export const bindTls = z
  .strictObject({
    certificates: z
      .array(name())
      .min(1)
      .describe("names of certificates; the first is for clients whose name none of them has"),
    alpn: z
      .array(z.enum(["h2", "http/1.1"]))
      .min(1)
      .optional()
      .describe("protocols offered to clients, the preferred one first; default none"),
    minVersion: version().default("1.2").describe("oldest version of TLS"),
    strictSni: z
      .boolean()
      .default(false)
      .describe("true: a client whose name no certificate has is turned away"),
    clientCertificates: z
      .strictObject({
        verify: z.enum(["optional", "required"]).describe("whether a client may come without"),
        caFile: hostPath().describe("PEM file on both hosts with the authorities that are believed"),
        crlFile: hostPath()
          .optional()
          .describe("PEM file on both hosts with what these have revoked; default none"),
      })
      .optional()
      .describe("certificates that clients show; default none are asked for"),
  })
  .meta({ id: "BindTls" });

export const serverTls = z
  .strictObject({
    verify: z
      .enum(["required", "none"])
      .default("required")
      .describe("whether the server's certificate is checked; none trusts whoever answers"),
    caFile: hostPath()
      .optional()
      .describe("PEM file on both hosts with the authorities that are believed; default those of the host"),
    serverName: hostName()
      .optional()
      .describe("name that is asked for and that the certificate must have; default none"),
    minVersion: version().default("1.2").describe("oldest version of TLS"),
  })
  .meta({ id: "ServerTls" });

export const httpsFields = {
  redirectToHttps: z
    .boolean()
    .default(false)
    .describe("true: requests in clear text are answered with a redirect to https"),
  hsts: duration("1s", "3650d")
    .optional()
    .describe(
      "how long browsers shall only come by TLS (Strict-Transport-Security, RFC 6797); default not told",
    ),
};
