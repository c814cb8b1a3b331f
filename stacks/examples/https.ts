import { defineStack } from "../../src/index.ts";

/** A web site by TLS, towards its clients and towards one of its pools; clear text is sent to https. */
export const stack = defineStack({
  name: "https",
  pairs: [
    {
      name: "edge",
      nodes: [
        { name: "lb-a", address: "192.0.2.11", interface: "eth0", interfaceAddress: "192.0.2.11/24" },
        { name: "lb-b", address: "192.0.2.12", interface: "eth0", interfaceAddress: "192.0.2.12/24" },
      ],
      vrrp: { advertInterval: "100ms" },
      vrrpInstances: [
        { name: "VI_SITE", virtualRouterId: 61, master: "lb-a", vips: [{ address: "192.0.2.100/24" }] },
      ],
      certificates: [
        {
          kind: "secret",
          name: "site",
          certificate: { kind: "file", path: "site.chain.pem" },
          privateKey: { kind: "config", key: "siteKey" },
        },
        // Renewed on the hosts by their ACME client.
        { kind: "hostFile", name: "shop", path: "/etc/letsencrypt/live/shop/haproxy.pem" },
      ],
      frontends: [
        {
          name: "www",
          mode: "http",
          binds: [
            { address: "192.0.2.100", port: 80 },
            {
              address: "192.0.2.100",
              port: 443,
              tls: { certificates: ["site", "shop"], alpn: ["h2", "http/1.1"] },
            },
          ],
          redirectToHttps: true,
          hsts: "365d",
          defaultBackend: "site",
        },
        {
          name: "partners",
          mode: "http",
          binds: [
            {
              address: "192.0.2.100",
              port: 8443,
              tls: {
                certificates: ["site"],
                minVersion: "1.3",
                strictSni: true,
                clientCertificates: { verify: "required", caFile: "/etc/ssl/partners.pem" },
              },
            },
          ],
          defaultBackend: "accounts",
        },
      ],
      statistics: {
        at: { kind: "frontend", frontend: "partners" },
        users: [{ name: "partner", password: { kind: "config", key: "partnerPassword" } }],
        scope: ["accounts"],
      },
      backends: [
        {
          name: "site",
          mode: "http",
          healthCheck: { kind: "http", path: "/healthz" },
          servers: [
            { name: "web-1", address: "192.0.2.21", port: 80 },
            { name: "web-2", address: "192.0.2.22", port: 80 },
          ],
        },
        {
          name: "accounts",
          mode: "http",
          healthCheck: { kind: "http", path: "/healthz", host: "accounts.example.org" },
          servers: [
            {
              name: "acc-1",
              address: "192.0.2.31",
              port: 443,
              tls: { serverName: "accounts.example.org", caFile: "/etc/ssl/internal.pem" },
            },
            { name: "acc-2", address: "192.0.2.32", port: 443, tls: { verify: "none" } },
          ],
        },
      ],
    },
  ],
});
