import { defineStack } from "../../src/index.ts";

/**
 * The address alone, in front of an nginx that runs on both hosts and is configured elsewhere. It listens on all
 * addresses of its host, so that it needs no word about the virtual one.
 */
export const stack = defineStack({
  name: "in-front-of-nginx",
  pairs: [
    {
      name: "web",
      nodes: [
        { name: "lb-a", address: "192.0.2.11", interface: "eth0", interfaceAddress: "192.0.2.11/24" },
        { name: "lb-b", address: "192.0.2.12", interface: "eth0", interfaceAddress: "192.0.2.12/24" },
      ],
      vrrp: { advertInterval: "1s" },
      // Without a weight a failure is FAULT: the address goes to the other host at once, whatever the priorities.
      trackScripts: [{ name: "nginx", script: "/usr/bin/pidof nginx", interval: "1s", fall: 1, rise: 2 }],
      vrrpInstances: [
        {
          name: "VI_WEB",
          virtualRouterId: 67,
          master: "lb-a",
          vips: [{ address: "192.0.2.100/24" }],
          trackScripts: ["nginx"],
        },
      ],
    },
  ],
});
