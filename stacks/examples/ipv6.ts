import { defineStack } from "../../src/index.ts";

/** An IPv6 service: VRRP version 3, a link-local address first, an IPv4 address that moves along. */
export const stack = defineStack({
  name: "ipv6",
  pairs: [
    {
      name: "edge",
      nodes: [
        {
          name: "lb-a",
          address: "2001:db8::11",
          interface: "eth0",
          interfaceAddress: "2001:db8::11/64",
          extraAddresses: [{ address: "192.0.2.11/24" }],
        },
        {
          name: "lb-b",
          address: "2001:db8::12",
          interface: "eth0",
          interfaceAddress: "2001:db8::12/64",
          extraAddresses: [{ address: "192.0.2.12/24" }],
        },
      ],
      vrrp: { version: 3, advertInterval: "200ms" },
      vrrpInstances: [
        {
          name: "VI_6",
          virtualRouterId: 66,
          master: "lb-a",
          vips: [{ address: "fe80::100/64" }, { address: "2001:db8::100/64" }],
          excludedVips: [{ address: "192.0.2.100/24" }],
        },
      ],
      frontends: [
        {
          name: "www",
          mode: "http",
          binds: [
            { address: "2001:db8::100", port: 80 },
            { address: "192.0.2.100", port: 80 },
            { address: "::", port: 8080 },
          ],
          defaultBackend: "site",
        },
      ],
      backends: [
        {
          name: "site",
          mode: "http",
          healthCheck: { kind: "tcp" },
          servers: [
            { name: "web-1", address: "2001:db8::21", port: 80 },
            { name: "web-2", address: "2001:db8::22", port: 80 },
          ],
        },
      ],
    },
  ],
});
