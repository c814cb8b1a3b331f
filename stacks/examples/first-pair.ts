import { defineStack } from "../../src/index.ts";

/** One address, one web site, two servers: the smallest pair that proves its failover. */
export const stack = defineStack({
  name: "shop",
  pairs: [
    {
      name: "web",
      nodes: [
        { name: "lb-a", address: "10.0.0.11", interface: "eth0", interfaceAddress: "10.0.0.11/24" },
        { name: "lb-b", address: "10.0.0.12", interface: "eth0", interfaceAddress: "10.0.0.12/24" },
      ],
      vrrp: { version: 3, advertInterval: "100ms" },
      vrrpInstances: [
        { name: "VI_WEB", virtualRouterId: 71, master: "lb-a", vips: [{ address: "10.0.0.100/24" }] },
      ],
      frontends: [
        { name: "www", mode: "http", binds: [{ address: "10.0.0.100", port: 80 }], defaultBackend: "web" },
      ],
      backends: [
        {
          name: "web",
          mode: "http",
          healthCheck: { kind: "http", path: "/healthz" },
          servers: [
            { name: "web-1", address: "10.0.0.21", port: 80 },
            { name: "web-2", address: "10.0.0.22", port: 80 },
          ],
        },
      ],
      drill: { faults: ["handover", "kill"], maxOutage: "1s", when: "change" },
    },
  ],
});
