import { describe, expect, test } from "vitest";
import { tandemd } from "../../lab/setup/paths.ts";
import { missing } from "../render/originals.ts";
import { imported, proxied, proxyText } from "./imported.ts";
import { difference, proxyMeaning } from "./round-trip.ts";

const secured = (bind: string, server: string, global = "") =>
  `global\n user nobody\n${global}${proxied("http-request redirect scheme https code 301 unless { ssl_fc }")
    .replace("bind *:80", `bind *:80\n ${bind}`)
    .replace("server s 10.0.0.21:80", server)}`;

describe.skipIf(missing(tandemd) !== undefined)("TLS", () => {
  const bind =
    "bind *:443 ssl crt /etc/ssl/site.pem crt /etc/ssl/old/site.pem alpn h2,http/1.1 ssl-min-ver TLSv1.3 strict-sni verify optional ca-file /etc/ssl/clients.pem";
  const server =
    "server s 10.0.0.21:443 check ssl verify required ca-file /etc/ssl/own.pem sni str(app.example) check-sni app.example";

  test("of bind and server lines is in fields, and means the same again", () => {
    const text = secured(bind, server);
    const made = imported({ haproxy: text });
    expect(made.input).toMatchObject({
      pairs: [
        {
          certificates: [
            { kind: "hostFile", name: "site", path: "/etc/ssl/site.pem" },
            { kind: "hostFile", name: "site-2", path: "/etc/ssl/old/site.pem" },
          ],
          frontends: [
            {
              redirectToHttps: true,
              binds: [
                { address: "*", port: 80 },
                {
                  port: 443,
                  tls: {
                    certificates: ["site", "site-2"],
                    alpn: ["h2", "http/1.1"],
                    minVersion: "1.3",
                    strictSni: true,
                    clientCertificates: { verify: "optional", caFile: "/etc/ssl/clients.pem" },
                  },
                },
              ],
            },
          ],
          backends: [
            {
              servers: [{ port: 443, tls: { caFile: "/etc/ssl/own.pem", serverName: "app.example" } }],
            },
          ],
        },
      ],
    });
    expect(difference(proxyMeaning(text), proxyMeaning(proxyText(text)))).toEqual([]);
  });

  test.each([
    ["a folder of certificates", "bind *:443 ssl crt /etc/ssl/certs/", "server s 10.0.0.21:80"],
    ["a list of ciphers", "bind *:443 ssl crt /etc/ssl/a.pem ciphers HIGH", "server s 10.0.0.21:80"],
    ["a name that requests tell", "bind *:443", "server s 10.0.0.21:443 ssl verify none sni req.hdr(host)"],
    ["authorities of nobody", "bind *:443", "server s 10.0.0.21:443 ssl"],
  ])("that fields cannot say stands as it is: %s", (_, line, backend) => {
    const text = secured(line, backend);
    expect(imported({ haproxy: text }).text).not.toContain("tls:");
    expect(difference(proxyMeaning(text), proxyMeaning(proxyText(text)))).toEqual([]);
  });

  test("whose versions the global section decides stands as it is", () => {
    const made = imported({ haproxy: secured(bind, server, " ssl-default-bind-options force-tlsv12\n") });
    expect(made.text).toContain(bind);
    expect(made.text).toContain('serverName: "app.example"');
  });
});
