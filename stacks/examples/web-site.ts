import { defineStack } from "../../src/index.ts";

/** A web site and the read side of its MySQL pool behind one pair; checked with the proxy's own health. */
export const stack = defineStack({
  name: "web-site",
  pairs: [
    {
      name: "edge",
      nodes: [
        {
          name: "lb-a",
          address: "lb-a.example.org",
          interface: "eth0",
          interfaceAddress: "192.0.2.11/24",
          ssh: { user: "deploy", authentication: [{ kind: "agent" }] },
        },
        {
          name: "lb-b",
          address: "lb-b.example.org",
          interface: "eth0",
          interfaceAddress: "192.0.2.12/24",
          ssh: { user: "deploy", authentication: [{ kind: "agent" }] },
        },
      ],
      vrrp: { advertInterval: "100ms" },
      vrrpInstances: [
        {
          name: "VI_SITE",
          virtualRouterId: 60,
          master: "lb-a",
          vips: [{ address: "192.0.2.100/24" }, { address: "192.0.2.101/24", label: "eth0:mysql" }],
        },
      ],
      proxy: {
        maxconn: 50_000,
        timeouts: { client: "1m", server: "1m" },
        runtimeSocket: { mode: "660", group: "adm", level: "admin" },
      },
      // Each node shows itself on its own address.
      statistics: {
        users: [{ name: "operator", password: { kind: "config", key: "statisticsPassword" } }],
        admin: "if { src 192.0.2.0/24 }",
        prometheus: "/metrics",
      },
      frontends: [
        {
          name: "www",
          mode: "http",
          binds: [{ address: "192.0.2.100", port: 80 }],
          forwardFor: { except: "127.0.0.0/8" },
          defaultBackend: "site",
        },
        {
          name: "mysql",
          mode: "tcp",
          binds: [{ address: "192.0.2.101", port: 3306 }],
          clientTimeout: "8h",
          defaultBackend: "mysql-reads",
        },
      ],
      backends: [
        {
          name: "site",
          mode: "http",
          balance: "roundrobin",
          healthCheck: {
            kind: "http",
            path: "/healthz",
            host: "www.example.org",
            interval: "1s",
            expectStatus: "200",
          },
          servers: [
            { name: "web-1", address: "192.0.2.21", port: 8080, weight: 2 },
            { name: "web-2", address: "192.0.2.22", port: 8080 },
            { name: "sorry", address: "192.0.2.29", port: 8080, backup: true },
          ],
        },
        {
          name: "mysql-reads",
          mode: "tcp",
          balance: "leastconn",
          healthCheck: { kind: "tcp", interval: "2s", rise: 2, fall: 2 },
          timeouts: { server: "8h" },
          servers: [
            { name: "db-1", address: "192.0.2.31", port: 3306, maxconn: 200 },
            { name: "db-2", address: "192.0.2.32", port: 3306, maxconn: 200 },
          ],
        },
      ],
      drill: { faults: ["handover", "kill", "linkDown"], maxOutage: "1s", when: "change" },
    },
  ],
});
