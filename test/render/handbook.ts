import { defineStack } from "../../src/stack/index.ts";

/** Weights as operations handbooks have them: priorities 5 and 4, a script of weight −2, fall 3, rise 1. */
export const handbook = defineStack({
  name: "handbook",
  pairs: [
    {
      name: "edge",
      nodes: [
        { name: "lb-a", address: "192.0.2.11", interface: "eth0", interfaceAddress: "192.0.2.11/24" },
        { name: "lb-b", address: "192.0.2.12", interface: "eth0", interfaceAddress: "192.0.2.12/24" },
      ],
      vrrp: { version: 2 },
      trackScripts: [
        { name: "chk_nginx", script: "/usr/bin/pidof nginx", interval: "2s", weight: -2, fall: 3, rise: 1 },
      ],
      vrrpInstances: [
        {
          name: "VI_1",
          virtualRouterId: 51,
          master: "lb-a",
          members: { "lb-a": { priority: 5 }, "lb-b": { priority: 4 } },
          authentication: { kind: "PASS", password: { kind: "env", name: "VRRP_PASSWORD" } },
          vips: [{ address: "192.0.2.100/24" }],
          trackScripts: ["chk_nginx"],
        },
      ],
    },
  ],
});
