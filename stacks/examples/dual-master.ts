import { defineStack } from "../../src/index.ts";

/** Two virtual addresses, each node master of one and backup of the other; DNS answers with both. */
export const stack = defineStack({
  name: "dual-master",
  pairs: [
    {
      name: "edge",
      nodes: [
        { name: "lb-a", address: "192.0.2.11", interface: "eth0", interfaceAddress: "192.0.2.11/24" },
        { name: "lb-b", address: "192.0.2.12", interface: "eth0", interfaceAddress: "192.0.2.12/24" },
      ],
      vrrp: { transport: { kind: "multicast", group4: "224.0.0.50" } },
      vrrpInstances: [
        { name: "VI_A", virtualRouterId: 61, master: "lb-a", vips: [{ address: "192.0.2.100/24" }] },
        { name: "VI_B", virtualRouterId: 62, master: "lb-b", vips: [{ address: "192.0.2.101/24" }] },
      ],
      frontends: [
        {
          name: "www",
          mode: "http",
          binds: [
            { address: "192.0.2.100", port: 80 },
            { address: "192.0.2.101", port: 80 },
          ],
          defaultBackend: "site",
        },
      ],
      backends: [
        {
          name: "site",
          mode: "http",
          healthCheck: { kind: "http" },
          servers: [
            { name: "web-1", address: "192.0.2.21", port: 80 },
            { name: "web-2", address: "192.0.2.22", port: 80 },
          ],
        },
      ],
    },
  ],
});
