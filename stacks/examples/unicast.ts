import { defineStack } from "../../src/index.ts";

/** For networks without multicast: unicast adverts, version 2 with a password, no failback by itself. */
export const stack = defineStack({
  name: "unicast",
  pairs: [
    {
      name: "edge",
      nodes: [
        { name: "lb-a", address: "192.0.2.11", interface: "ens3", interfaceAddress: "192.0.2.11/24" },
        { name: "lb-b", address: "192.0.2.12", interface: "ens4", interfaceAddress: "192.0.2.12/24" },
      ],
      vrrp: { version: 2, advertInterval: "1s", transport: { kind: "unicast" } },
      trackScripts: [
        {
          name: "gateway",
          script: "/usr/bin/test -e /run/gateway-ok",
          interval: "2s",
          fall: 3,
          rise: 2,
        },
      ],
      vrrpInstances: [
        {
          name: "VI_1",
          virtualRouterId: 71,
          master: "lb-a",
          nopreempt: true,
          authentication: { kind: "PASS", password: { kind: "config", key: "vrrpPassword" } },
          vips: [{ address: "192.0.2.100/24" }],
          trackScripts: ["gateway"],
        },
      ],
      frontends: [
        { name: "mail", mode: "tcp", binds: [{ address: "192.0.2.100", port: 25 }], defaultBackend: "mail" },
      ],
      backends: [
        {
          name: "mail",
          mode: "tcp",
          balance: "source",
          healthCheck: { kind: "tcp", interval: "5s" },
          servers: [
            { name: "mx-1", address: "192.0.2.25", port: 25 },
            { name: "mx-2", address: "192.0.2.26", port: 25 },
          ],
        },
      ],
    },
  ],
});
