import { defineStack } from "../../src/index.ts";

/** Gateways of a storage cluster: objects over HTTP (Ceph's RADOS gateways), files over NFS (GlusterFS behind Ganesha). */
export const stack = defineStack({
  name: "storage",
  pairs: [
    {
      name: "gateways",
      nodes: [
        { name: "lb-a", address: "192.0.2.11", interface: "eth0", interfaceAddress: "192.0.2.11/24" },
        { name: "lb-b", address: "192.0.2.12", interface: "eth0", interfaceAddress: "192.0.2.12/24" },
      ],
      vrrp: { advertInterval: "100ms" },
      // Objects by one host, files by the other; either serves both while the other is away.
      vrrpInstances: [
        { name: "VI_OBJECTS", virtualRouterId: 65, master: "lb-a", vips: [{ address: "192.0.2.100/24" }] },
        { name: "VI_FILES", virtualRouterId: 66, master: "lb-b", vips: [{ address: "192.0.2.101/24" }] },
      ],
      frontends: [
        {
          name: "objects",
          mode: "http",
          binds: [{ address: "192.0.2.100", port: 80 }],
          clientTimeout: "5m",
          defaultBackend: "rados-gateways",
        },
        {
          name: "files",
          mode: "tcp",
          binds: [{ address: "192.0.2.101", port: 2049 }],
          clientTimeout: "1d",
          defaultBackend: "nfs",
        },
      ],
      backends: [
        {
          name: "rados-gateways",
          mode: "http",
          // Uploads differ by orders of magnitude: the number of requests says nothing.
          balance: "leastconn",
          healthCheck: { kind: "http", path: "/swift/healthcheck", expectStatus: "200" },
          timeouts: { server: "5m" },
          servers: [
            { name: "rgw-1", address: "192.0.2.21", port: 8080 },
            { name: "rgw-2", address: "192.0.2.22", port: 8080 },
            { name: "rgw-3", address: "192.0.2.23", port: 8080 },
          ],
        },
        {
          name: "nfs",
          mode: "tcp",
          // A client comes back to the gateway that knows its locks.
          balance: "source",
          healthCheck: { kind: "tcp", interval: "1s", fall: 2 },
          timeouts: { server: "1d" },
          servers: [
            { name: "nfs-1", address: "192.0.2.31", port: 2049 },
            { name: "nfs-2", address: "192.0.2.32", port: 2049 },
          ],
        },
      ],
      drill: { faults: ["handover", "kill"], maxOutage: "1s", when: "change" },
    },
  ],
});
